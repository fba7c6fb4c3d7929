import { PosternError } from '@postern/core/errors';
import type { StatementRunner } from '../session/run-statement.js';
import type { Owner, Tabs } from '../session/tabs.js';
import { boundValues } from '../targets/bound-parameters.js';
import type { StreamRun } from './contract.js';
import { type StreamRequest, streamRequest } from './contract.js';
import type { HttpProblem } from './http-errors.js';
import type { Pieces } from './pieces.js';
import { StreamDelivery, type StreamOut } from './stream-run.js';

/** Runs that one window may have on their way: far more than tabs that anybody opens. */
const RUNS_MAX = 100;

interface Running {
  readonly owner: Owner;
  readonly tab: string;
  readonly delivery: StreamDelivery;
}

export interface SocketParts {
  readonly runner: StatementRunner;
  readonly tabs: Tabs;
  readonly out: StreamOut;
  readonly pieces: Pieces;
  /** The person behind the cookie, now. Throws when nobody is signed in. */
  signedIn(): Owner;
  problemOf(error: unknown): HttpProblem;
  /** Speaks of nothing that is known here. */
  hangUp(reason: string): void;
}

/** One window's socket: its runs, from request to end. */
export class StreamSocket {
  readonly #parts: SocketParts;
  readonly #running = new Map<number, Running>();

  constructor(parts: SocketParts) {
    this.#parts = parts;
  }

  take(text: string): void {
    const request = readRequest(text);
    if (request === undefined) this.#parts.hangUp('that message is not understood');
    else if (request.type === 'run') void this.#run(request);
    else if (request.type === 'cancel') this.#cancel(request.id);
    else this.#running.get(request.id)?.delivery.acknowledge(request.bytes);
  }

  /** The window has gone: what runs for it is cancelled. */
  gone(): void {
    for (const id of [...this.#running.keys()]) this.#cancel(id);
  }

  #cancel(id: number): void {
    const running = this.#running.get(id);
    if (running) this.#parts.tabs.cancel(running.owner, running.tab);
  }

  async #run(request: StreamRun): Promise<void> {
    const { id, connection, tab, sql, parameters, maxRows, manualCommit, expectRows } = request;
    const { out, pieces, runner } = this.#parts;
    const delivery = new StreamDelivery(id, out, pieces);
    try {
      if (this.#running.has(id) || this.#running.size >= RUNS_MAX) throw tooMany();
      const owner = this.#parts.signedIn();
      const outcome = await this.#registered({ owner, tab, delivery }, id, () =>
        runner.run({
          ...{ owner, tab, connection, sql, path: 'console', delivery },
          ...boundValues(parameters),
          ...(maxRows === undefined ? {} : { maxRows }),
          ...(manualCommit === undefined ? {} : { isManual: manualCommit }),
          ...(expectRows === undefined ? {} : { expectRows }),
        }),
      );
      delivery.stop();
      const { auditId, failure, transaction, place } = outcome;
      const error = failure && { ...failure, auditId };
      out.say({ type: 'end', id, auditId, error, transaction, ...(place && { place }) });
    } catch (error) {
      delivery.stop();
      const { status, body } = this.#parts.problemOf(error);
      out.say({ type: 'refused', id, status, error: body.error });
    }
  }

  async #registered<T>(running: Running, id: number, run: () => Promise<T>): Promise<T> {
    this.#running.set(id, running);
    try {
      return await run();
    } finally {
      this.#running.delete(id);
    }
  }
}

const tooMany = () =>
  new PosternError('input.invalid', 'this window has too much on its way', {
    fix: 'wait until something has ended',
  });

function readRequest(text: string): StreamRequest | undefined {
  try {
    return streamRequest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
