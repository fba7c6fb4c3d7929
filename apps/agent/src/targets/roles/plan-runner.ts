import { type Change, render, type Verifiers } from '@postern/core/roles';
import { codeOf } from '../connect.js';
import type { RolesConnection } from './connection.js';
import { RolesFailure } from './failure.js';

/** SQLSTATE lock_not_available */
const NO_LOCK = '55P03';

type Part = 'work' | 'terminate_sessions' | 'drop_role';

/** Runs the statements of a plan, part by part, in the transaction that is open. */
export class PlanRunner {
  statements = 0;
  #done = 0;
  #sessionsEnded = false;
  readonly #parts: Readonly<Record<Part, readonly Change[]>>;

  constructor(
    private readonly connection: RolesConnection,
    private readonly changes: readonly Change[],
    private readonly verifiers: Verifiers,
    private readonly onProgress?: (done: number, total: number) => void,
  ) {
    const of = (kind: Change['kind']) => changes.filter((change) => change.kind === kind);
    this.#parts = {
      work: changes.filter(({ kind }) => kind !== 'terminate_sessions' && kind !== 'drop_role'),
      terminate_sessions: of('terminate_sessions'),
      drop_role: of('drop_role'),
    };
  }

  has(part: Part): boolean {
    return this.#parts[part].length > 0;
  }

  async run(part: Part): Promise<void> {
    if (part === 'terminate_sessions') await this.#endSessions();
    for (const change of this.#parts[part]) {
      if (part !== 'terminate_sessions') await this.#change(change);
      this.#done++;
      this.onProgress?.(this.#done, this.changes.length);
    }
  }

  /** The same without being counted; the caller rolls it back. */
  async rehearse(part: Part): Promise<void> {
    const { statements } = this;
    for (const change of this.#parts[part]) await this.#change(change);
    this.statements = statements;
  }

  async #change(change: Change): Promise<void> {
    const { facts } = this.connection;
    const shown = render(change, facts);
    for (const [position, statement] of render(change, facts, this.verifiers).entries()) {
      await this.#statement(statement, shown[position] ?? '');
      this.statements++;
    }
  }

  /** A session that is to end anyway does not keep others from their locks. */
  async #statement(statement: string, shown: string): Promise<void> {
    if (this.#sessionsEnded || !this.has('terminate_sessions')) return this.connection.run(statement, shown);
    await this.connection.run('savepoint statement');
    try {
      await this.connection.run(statement, shown);
    } catch (error) {
      if (!(error instanceof RolesFailure) || codeOf(error.cause) !== NO_LOCK) throw error;
      await this.connection.run('rollback to savepoint statement');
      await this.#endSessions();
      await this.connection.run(statement, shown);
    }
    await this.connection.run('release savepoint statement');
  }

  async #endSessions(): Promise<void> {
    this.#sessionsEnded = true;
    // Without it the server answers what it saw when the transaction first looked.
    await this.connection.rows('select pg_catalog.pg_stat_clear_snapshot()');
    for (const change of this.#parts.terminate_sessions) await this.#change(change);
  }
}
