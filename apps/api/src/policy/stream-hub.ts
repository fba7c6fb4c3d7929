import type { ServerResponse } from 'node:http';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { StreamEventName } from '@postern/protocol/policy-pull';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { CHANNELS, Notifications } from '../notifications/notifications.js';
import { NewestBundle } from './newest-bundle.js';

const COMMENT_EVERY_MS = 15_000;
/** A reader this far behind is not reading: it is cut off and will connect anew. */
const UNREAD_MAX_BYTES = 64 * 1024;
/** An agent reconnects before its old connection is known to be dead; more than this is a fault of its own. */
const STREAMS_PER_AGENT = 2;

interface Stream {
  agent: AgentIdentity;
  response: ServerResponse;
  /** Version told last. */
  told: number;
}

/**
 * The open streams of this process: one LISTEN for all of them. A hint that is lost costs little: agents also pull and send
 * heartbeats, and whenever listening begins anew every environment is looked at again.
 */
@Injectable()
export class StreamHub implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('streams');
  private readonly byEnvironment = new Map<string, Set<Stream>>();
  private readonly byAgent = new Map<string, Set<Stream>>();
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(
    private readonly notifications: Notifications,
    private readonly newest: NewestBundle,
  ) {}

  onModuleInit(): void {
    this.notifications.subscribe(CHANNELS.policy, {
      onMessage: (payload) => {
        const [environmentId = '', version] = payload.split(':');
        this.tellEnvironment(environmentId, Number(version));
      },
      onGap: () => void this.tellAll(),
    });
    this.notifications.subscribe(CHANNELS.agent, { onMessage: (agentId) => this.revoke(agentId) });
    this.notifications.subscribe(CHANNELS.task, {
      onMessage: (environmentId) => this.tellOfTask(environmentId),
    });
    this.timer = setInterval(() => this.comment(), COMMENT_EVERY_MS);
    this.timer.unref();
  }

  /** Streams that are open now. */
  get size(): number {
    let size = 0;
    for (const streams of this.byAgent.values()) size += streams.size;
    return size;
  }

  /** Keeps `response` open and tells it of versions newer than `known`. The head has been sent. */
  async open(agent: AgentIdentity, response: ServerResponse, known: number): Promise<void> {
    const stream: Stream = { agent, response, told: known };
    response.once('close', () => this.forget(stream));
    response.on('error', () => {});
    if (this.closing || response.destroyed) {
      response.end();
      return;
    }
    this.add(stream);
    response.write(': welcome\n\n');
    // Registered first, read second: what is published in between is told by one of the two.
    this.tell(stream, await this.newest.version(agent.orgId, agent.environmentId));
  }

  private add(stream: Stream): void {
    const { id, environmentId } = stream.agent;
    const own = this.byAgent.get(id) ?? new Set();
    this.byAgent.set(id, own.add(stream));
    const peers = this.byEnvironment.get(environmentId) ?? new Set();
    this.byEnvironment.set(environmentId, peers.add(stream));
    const [oldest] = own;
    if (own.size > STREAMS_PER_AGENT && oldest) this.end(oldest);
  }

  private forget(stream: Stream): void {
    const { id, environmentId } = stream.agent;
    for (const [map, key] of [
      [this.byAgent, id],
      [this.byEnvironment, environmentId],
    ] as const) {
      const streams = map.get(key);
      streams?.delete(stream);
      if (streams?.size === 0) map.delete(key);
    }
  }

  private tellEnvironment(environmentId: string, version: number): void {
    for (const stream of this.byEnvironment.get(environmentId) ?? []) this.tell(stream, version);
  }

  private tellOfTask(environmentId: string): void {
    for (const stream of this.byEnvironment.get(environmentId) ?? [])
      this.send(stream, eventText('task', {}));
  }

  private async tellAll(): Promise<void> {
    for (const [environmentId, streams] of [...this.byEnvironment]) {
      const [first] = streams;
      if (!first) continue;
      try {
        this.tellEnvironment(environmentId, await this.newest.version(first.agent.orgId, environmentId));
      } catch (error) {
        this.log.warn(`not told of a newer policy: ${(error as Error).message}; heartbeats will`);
      }
    }
  }

  private tell(stream: Stream, version: number): void {
    if (!(version > stream.told)) return;
    stream.told = version;
    this.send(stream, `id: ${version}\n${eventText('policy', { version })}`);
  }

  private revoke(agentId: string): void {
    for (const stream of [...(this.byAgent.get(agentId) ?? [])]) {
      this.send(stream, eventText('revoked', {}));
      this.end(stream);
    }
  }

  private comment(): void {
    for (const streams of this.byAgent.values())
      for (const stream of streams) this.send(stream, ': still here\n\n');
  }

  private send({ response }: Stream, text: string): void {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > UNREAD_MAX_BYTES) response.destroy();
    else response.write(text);
  }

  private end(stream: Stream): void {
    this.forget(stream);
    stream.response.end();
  }

  onModuleDestroy(): void {
    this.closing = true;
    clearInterval(this.timer);
    for (const streams of [...this.byAgent.values()]) for (const stream of [...streams]) this.end(stream);
  }
}

function eventText(name: StreamEventName, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
