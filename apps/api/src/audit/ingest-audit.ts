import { hash as hashOnce } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AUDIT_KINDS, type AuditKind, chainText, type SpooledLink } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { RecordRefusal } from '../agents/record-refusal.js';
import { violatedConstraintOf } from '../errors/pg-error.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { appendEvents, type ChainHead, lockChain } from './ingest.store.js';
import { type RowTexts, rowTexts } from './ingest-rows.js';
import { readPush } from './read-push.js';

/** What an agent can witness. */
const AGENT_KINDS: readonly AuditKind[] = [
  'statement.decided',
  'statement.finished',
  'guard.diverged',
  'console.signed_in',
  'console.sessions_viewed',
  'console.session_stopped',
  'wire.session_opened',
  'wire.session_closed',
  'wire.sign_in_failed',
  'access.refused',
  'policy.enforced',
  'policy.refused',
  'agent.started',
  'roles.apply_started',
  'roles.apply_finished',
];

/**
 * What is the control plane's alone to tell: no agent may claim that a rule was changed. A kind that nobody here knows is a newer
 * agent's, and is kept.
 */
const NOT_FOR_AGENTS: ReadonlySet<string> = new Set(
  AUDIT_KINDS.filter((kind) => !AGENT_KINDS.includes(kind)),
);

/** Pushes stored at a time, and those that may wait for it; an agent that comes then keeps its events and tries again. */
const AT_A_TIME = 8;
const WAITING_MAX = 64;

/**
 * Stores what an agent pushes exactly once: its chain is locked, what is there already is skipped, and the rest must follow
 * without a gap and hash by hash. A refusal is itself recorded.
 */
@Injectable()
export class IngestAudit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly db: TenantDb,
    private readonly refusals: RecordRefusal,
  ) {}

  /** Takes a request's body; answers with the number up to which everything is stored. */
  async run(agent: AgentIdentity, body: Buffer): Promise<number> {
    await this.turn();
    try {
      const next = asNext(readPush(body));
      return await this.append(agent, body, next).catch((error: unknown) => this.refuse(agent, error));
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }

  private async refuse(agent: AgentIdentity, error: unknown): Promise<never> {
    const refusal = asRefusal(error);
    if (!refusal) throw error;
    const { code, message, detail } = refusal;
    await this.refusals.run(agent, {
      kind: 'audit.refused',
      reason: message,
      facts: { code, ...detail.facts },
    });
    throw refusal;
  }

  /** Resolves when there is room; memory and connections are for few pushes at a time, whatever comes. */
  private async turn(): Promise<void> {
    if (this.waiting.length >= WAITING_MAX)
      throw new PosternError('audit.busy', 'too many pushes wait to be stored', {
        fix: 'keep the events and push them again in a moment',
      });
    if (this.running >= AT_A_TIME) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running += 1;
  }

  private append(agent: AgentIdentity, body: Buffer, next: Stretch | undefined): Promise<number> {
    return this.db.withOrgClient(agent.orgId, async (client) => {
      const head = await lockChain(client, agent.id);
      if (!head) throw new PosternError('agent.not_found', 'the agent is gone');
      const stretch =
        next?.after.seq === head.seq && next.after.hash === head.hash
          ? next
          : stretchBehind(head, readPush(body));
      if (!stretch) return head.seq;
      await appendEvents(client, agent, stretch.rows, stretch.last);
      return stretch.last.seq;
    });
  }
}

/** Links that follow one another from `after` to `last`, ready to be stored. */
interface Stretch {
  readonly after: ChainHead;
  readonly last: ChainHead;
  readonly rows: RowTexts;
}

/**
 * What nearly every push is: all of it new, behind what it says it is behind. Made before the chain is locked, so that nobody waits for it.
 * Anything else is undefined; what is wrong with it can be told when it is known what is stored.
 */
function asNext(push: readonly SpooledLink[]): Stretch | undefined {
  const [first] = push;
  if (!first) return undefined;
  try {
    return stretchBehind({ seq: first.seq - 1, hash: first.prevHash }, push);
  } catch (error) {
    if (error instanceof PosternError) return undefined;
    throw error;
  }
}

/** What a push brings that is not stored yet; nothing: undefined. Throws where it does not follow. */
function stretchBehind(after: ChainHead, push: readonly SpooledLink[]): Stretch | undefined {
  const links = checkChain(after, push);
  const last = links.at(-1);
  return last && { after: apart(after), last: apart(last), rows: rowTexts(links) };
}

/** With a text of its own: the part of a push that it was keeps the whole push in memory. */
const apart = ({ seq, hash }: ChainHead): ChainHead => ({ seq, hash: Buffer.from(hash).toString() });

function checkChain(head: ChainHead, push: readonly SpooledLink[]): SpooledLink[] {
  let { seq, hash } = head;
  const checked: SpooledLink[] = [];
  for (const link of push) {
    if (link.seq <= head.seq) continue;
    const expectedSeq = seq + 1;
    if (link.seq !== expectedSeq)
      throw new PosternError('audit.gap', `event ${link.seq} came where event ${expectedSeq} belongs`, {
        facts: { expectedSeq },
        fix: `send the events from number ${expectedSeq} on`,
      });
    if (NOT_FOR_AGENTS.has(link.shared.kind))
      throw new PosternError(
        'input.invalid',
        `event ${link.seq}: an agent does not report \`${link.shared.kind}\``,
      );
    if (link.prevHash !== hash || link.hash !== hashOf(chainText(hash, link.seq, link.text)))
      throw broken(link.seq, expectedSeq);
    seq = link.seq;
    hash = link.hash;
    checked.push(link);
  }
  return checked;
}

/** As core's `chainHash`, by Node's own SHA-256: thousands of events a second come this way. */
const hashOf = (text: string): string => hashOnce('sha256', text, 'hex');

function broken(seq: number, expectedSeq: number): PosternError {
  return new PosternError('audit.broken_chain', `event ${seq} does not follow the event before it`, {
    facts: { expectedSeq },
    fix: "look at the agent's data directory: its audit spool was changed or mixed with another's",
  });
}

/** Gaps and broken chains, and an id that was used before: that too is an event that is not what it claims to be. */
function asRefusal(error: unknown): PosternError | undefined {
  if (error instanceof PosternError) return error;
  // Each partition has its own name for the primary key.
  if (!/^audit_event_\w+_pkey$/.test(violatedConstraintOf(error) ?? '')) return undefined;
  return new PosternError('audit.broken_chain', 'the push holds the id of an event that is stored already', {
    fix: "look at the agent's data directory: its audit spool was changed or mixed with another's",
  });
}
