import { PERMISSION_BIT } from '@postern/core/policy';
import {
  type Catalog,
  NEW_SESSION,
  portalCursor,
  type SessionState,
  type StatementClass,
  sessionAfter,
  sessionDuring,
  sessionOutsideTransaction,
} from '@postern/core/sql';
import type { AllowedText } from '../session/governed-text.js';
import type { GovernedSession } from '../session/statement-catalog.js';
import type { BoundParameters } from '../targets/bound-parameters.js';
import type { TransactionState } from '../targets/target-session.js';
import type { TransactionStatus } from './codec/backend.js';
import type { Flying } from './flight.js';
import { KnownTypes } from './known-types.js';

/** A statement that Parse made. */
export interface Prepared {
  readonly sql: string;
  readonly parameterTypes: readonly number[];
  /** All of them, once the server has said what it found out. */
  types?: readonly number[];
  /** The question for them that is on its way. */
  asking?: Flying | undefined;
  /** Code that ran since may have put another one in its place. */
  isReplaceable: boolean;
}

/** A portal that Bind made. */
export interface Portal {
  readonly prepared: Prepared;
  readonly parameters: BoundParameters;
  /** Syncs that were sent before it was made. */
  readonly epoch: number;
  /** Rows that were sent from it. */
  rows: number;
  isReplaceable: boolean;
}

const CODE = PERMISSION_BIT.execute | PERMISSION_BIT.admin;
const STATES: Readonly<Record<TransactionStatus, TransactionState>> = { I: 'idle', T: 'open', E: 'failed' };

/**
 * What names stand for in one database session: those of SQL (`memory`, with which texts are classified) and those of the
 * protocol. In the server they are the same two sets; here a name is in one of them at most (a portal that only reads is in both once the
 * server has it), and whatever is unclear is in none, so that using it needs `admin` or fails.
 */
export class SessionNames implements GovernedSession {
  memory: SessionState = NEW_SESSION;
  readonly statements = new Map<string, Prepared>();
  readonly portals = new Map<string, Portal>();
  readonly types = new KnownTypes();
  #status: TransactionStatus = 'I';
  /** Something was sent since the server was ready last, so that a transaction may be open. */
  #isBusy = false;
  #sent = 0;
  #answered = 0;

  get transaction(): TransactionState {
    return this.#isBusy ? 'open' : STATES[this.#status];
  }

  /** Syncs and simple queries that were sent. */
  get epoch(): number {
    return this.#sent;
  }

  busy(): void {
    this.#isBusy = true;
  }

  /** A message was sent that ReadyForQuery answers. */
  asked(): void {
    this.#sent += 1;
    this.#isBusy = true;
  }

  ready(status: TransactionStatus): void {
    this.#status = status;
    this.#answered += 1;
    if (this.#answered === this.#sent) this.#isBusy = false;
    if (status !== 'I') return;
    this.memory = sessionOutsideTransaction(this.memory);
    for (const [name, { epoch }] of this.portals) if (epoch < this.#answered) this.portals.delete(name);
  }

  /** As soon as a statement is sent, whatever becomes of it. */
  during(statement: StatementClass): void {
    this.memory = sessionDuring(this.memory, statement);
    if ((statement.required & CODE) === 0 || statement.effect?.does === 'prepare') return;
    for (const [name, one] of [...this.statements, ...this.portals])
      if (name !== '') one.isReplaceable = true;
  }

  /** Once it succeeded. */
  after(statement: StatementClass): void {
    this.memory = sessionAfter(this.memory, statement);
    const { effect } = statement;
    switch (effect?.does) {
      case 'prepare':
        this.statements.delete(effect.name);
        return;
      case 'deallocate':
        if (effect.name === undefined) this.#forgetNamed();
        else this.statements.delete(effect.name);
        return;
      case 'declare':
        this.portals.delete(effect.name);
        return;
      case 'close':
        if (effect.name === undefined) this.portals.clear();
        else this.portals.delete(effect.name);
        return;
      case 'end_transaction':
        this.portals.clear();
        return;
      case 'discard_all':
        this.#forgetNamed();
        this.portals.clear();
    }
  }

  /** The protocol uses this name: what SQL gave it is not what it stands for any more. */
  takeStatement(name: string): void {
    if (!this.memory.prepared.has(name)) return;
    this.memory = sessionAfter(this.memory, { required: 0, effect: { does: 'deallocate', name } });
  }

  /** The server has it: FETCH and MOVE find it by its name, where it only reads. Not before: they might find the one before it. */
  bound(
    name: string,
    { isReplaceable }: Portal,
    { allowed, catalog }: { readonly allowed: AllowedText; readonly catalog: Catalog | undefined },
  ): void {
    if (name === '' || isReplaceable || catalog === undefined) return;
    const cursor = portalCursor(allowed.classification, allowed.memory, catalog);
    if (cursor === undefined) return;
    this.memory = sessionAfter(this.memory, { required: 0, effect: { does: 'declare', name, cursor } });
  }

  takePortal(name: string): void {
    if (!this.memory.cursors.has(name)) return;
    this.memory = sessionAfter(this.memory, { required: 0, effect: { does: 'close', name } });
  }

  /** A simple query takes the place of the unnamed statement and portal, whatever becomes of it (exec_simple_query). */
  forgetUnnamed(): void {
    this.statements.delete('');
    this.portals.delete('');
  }

  /** Nothing that was known is certain: what a session never should come to. */
  forgetAll(): void {
    this.statements.clear();
    this.portals.clear();
    this.memory = { ...NEW_SESSION, searchPath: 'any', storedCode: true };
  }

  #forgetNamed(): void {
    for (const name of [...this.statements.keys()]) if (name !== '') this.statements.delete(name);
  }
}
