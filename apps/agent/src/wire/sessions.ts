import { PosternError } from '@postern/core/errors';
import { decide, NO_STATEMENT, type Principal } from '@postern/core/policy';
import { sessionAfter, sessionDuring } from '@postern/core/sql';
import type { Recorder } from '../audit/recorder.js';
import { errorFacts, type Logger } from '../log.js';
import type { EnforcedPolicy, PolicyHolder } from '../policy/policy-holder.js';
import { personOf } from '../session/event-parts.js';
import type { Governor } from '../session/govern.js';
import { RunRefused } from '../session/outcome.js';
import { isSameKind, unavailable } from '../targets/connect.js';
import { OwnName } from '../targets/own-name.js';
import type { Seat } from '../targets/seats.js';
import type { Target } from '../targets/target.js';
import type { CancelKeys } from './cancel-keys.js';
import type { SignedInClient } from './client.js';
import { type ErrorFields, errorResponse } from './codec/backend.js';
import { farewell } from './inbox.js';
import { SessionNames } from './names.js';
import { fatal, refusalOf } from './refusal.js';
import { WireSession } from './session.js';
import { startupSettings } from './startup-settings.js';

export interface WireSessionsParts {
  readonly targets: ReadonlyMap<string, Target>;
  readonly policy: PolicyHolder;
  readonly governor: Governor;
  readonly recorder: Recorder;
  readonly cancels: CancelKeys;
  readonly log: Logger;
  /** Wall clock, ms. */
  now(): number;
}

const accessChanged = fatal(
  '57P01',
  'terminating connection because your access changed',
  'look at your permissions on this connection, and connect again',
);
const passwordChanged = fatal(
  '57P01',
  'terminating connection because the database password that opened it is not valid any more',
  'make a new one in the control plane',
);
const stopping = fatal(
  '57P01',
  'terminating connection because the agent stops',
  'connect again in a moment',
);

interface Open {
  readonly client: SignedInClient;
  readonly startedAt: number;
  readonly seat: Seat;
  session: WireSession | undefined;
  /** Its end is due, though it has not begun. */
  doom: ErrorFields | undefined;
}

/** All sessions of PostgreSQL clients: where they begin, are measured against a changed policy, and end. */
export class WireSessions {
  readonly #parts: WireSessionsParts;
  readonly #open = new Set<Open>();
  /** Events and goodbyes on their way. */
  readonly #pending = new Set<Promise<void>>();
  #isStopping = false;

  constructor(parts: WireSessionsParts) {
    this.#parts = parts;
  }

  /** Takes a client over that has signed in. */
  serve(client: SignedInClient): void {
    this.#track(
      this.#begin(client).catch((error: unknown) => {
        if (!(error instanceof PosternError || error instanceof Doomed))
          this.#parts.log.error(errorFacts(error), 'a wire session did not begin');
        farewell(client.socket, errorResponse(notBegun(error)));
      }),
    );
  }

  /** Statements on their way. */
  get running(): number {
    return [...this.#open].filter(({ session }) => session?.isRunning).length;
  }

  /** Applies a change of policy: lost access, a changed wall or password end a session, a lost permission what runs. */
  reevaluate(): void {
    const policy = this.#parts.policy.state === 'ok' ? this.#parts.policy.inForce() : undefined;
    for (const open of this.#open) {
      const verdict = policy === undefined ? accessChanged : this.#judge(open, policy);
      if (verdict === undefined) continue;
      if (typeof verdict === 'number') open.session?.stopLacking(verdict);
      else this.#end(open, verdict);
    }
  }

  /** Passwords and patience run out without anything happening: to be called every second or so. */
  noticeTime(): void {
    for (const open of this.#open) {
      if (this.#isExpired(open.client.principal)) this.#end(open, passwordChanged);
      else open.session?.noticeTime();
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const open of this.#open) this.#end(open, stopping);
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #isExpired({ databasePassword }: Principal): boolean {
    return databasePassword !== undefined && Date.parse(databasePassword.expiresAt) <= this.#parts.now();
  }

  /** What they may do now, or why their session ends. */
  #judge({ client, session }: Open, { compiled, principals }: EnforcedPolicy): ErrorFields | number {
    const { principal, connection } = client;
    const password = principals.get(principal.id)?.databasePassword;
    if (password?.verifier !== principal.databasePassword?.verifier) return passwordChanged;
    if (password !== undefined && Date.parse(password.expiresAt) <= this.#parts.now()) return passwordChanged;
    const seen = decide(compiled, principal.id, connection.slug, NO_STATEMENT);
    if (!seen.allowed) return accessChanged;
    return session !== undefined && !isSameKind(session.kind, seen) ? accessChanged : seen.held;
  }

  #end(open: Open, words: ErrorFields): void {
    if (open.session) open.session.end(words.message, words);
    else open.doom ??= words;
  }

  async #begin(client: SignedInClient): Promise<void> {
    const { target, seat } = this.#admit(client);
    const open: Open = { client, startedAt: performance.now(), seat, session: undefined, doom: undefined };
    this.#open.add(open);
    try {
      await this.#connect(open, target);
    } catch (error) {
      this.#forget(open);
      throw error;
    }
  }

  #forget(open: Open): void {
    this.#open.delete(open);
    open.seat.release();
  }

  #admit({ principal, connection: { slug } }: SignedInClient): { target: Target; seat: Seat } {
    if (this.#isStopping) throw new PosternError('connection.unavailable', 'the agent is stopping');
    const target = this.#parts.targets.get(slug);
    if (!target) throw unavailable(slug, 'this agent is not configured for it');
    try {
      return { target, seat: target.seats.take(principal.id) };
    } catch (error) {
      throw new Doomed({ ...refusalOf(error), severity: 'FATAL', code: '53300' });
    }
  }

  async #connect(open: Open, target: Target): Promise<void> {
    const { client } = open;
    const { governor, recorder, cancels, log, policy } = this.#parts;
    const { slug } = client.connection;
    const settings = startupSettings(client.parameters, client.connection);
    const names = new SessionNames();
    await this.#decideSettings(client, settings.asText, names);
    const seen = this.#seen(client);
    const { connection } = seen;
    const name = new OwnName(client.principal.email, client.application);
    const connected = await target.openRaw(seen, name, settings);
    const leave = () => connected.client.connection.stream.destroy();
    try {
      await recorder.record({
        ...this.#common(client),
        kind: 'wire.session_opened',
        policyVersion: policy.version,
      });
      // Connecting and recording took a while.
      const verdict = open.doom ?? this.#judge(open, policy.inForce());
      if (typeof verdict !== 'number') throw new Doomed(verdict);
      if (!isSameKind(this.#seen(client), seen)) throw new Doomed(accessChanged);
    } catch (error) {
      leave();
      this.#closed(open, 'it was ended before it began');
      if (!(error instanceof Doomed)) throw error;
      this.#forget(open);
      return farewell(client.socket, errorResponse(error.words));
    }
    const session = new WireSession({
      client,
      connected,
      governor,
      cancels,
      log,
      names,
      name,
      kind: seen,
      statementTimeoutMs: connection.statementTimeoutMs,
      idleInTransactionTimeoutMs: connection.idleInTransactionTimeoutMs,
      onEnd: (reason) => {
        this.#forget(open);
        this.#closed(open, reason);
      },
    });
    open.session = session;
    log.debug({ connection: slug }, 'a wire session began');
    session.start();
  }

  /** Settings that count as SET are decided about as the text that does the same, and the session remembers them. */
  async #decideSettings(
    client: SignedInClient,
    text: string | undefined,
    names: SessionNames,
  ): Promise<void> {
    if (text === undefined) return;
    const { governor } = this.#parts;
    const request = {
      owner: { consoleSession: client.id, principalId: client.principal.id, email: client.principal.email },
      connection: client.connection.slug,
      sql: text,
      path: 'wire' as const,
    };
    const { classification } = await governor.decide(request, await governor.classify(request, names));
    for (const statement of classification.statements) {
      names.memory = sessionAfter(sessionDuring(names.memory, statement), statement);
    }
  }

  #seen({ principal, connection: { slug } }: SignedInClient) {
    const { compiled } = this.#parts.policy.inForce();
    const seen = decide(compiled, principal.id, slug, NO_STATEMENT);
    if (!seen.allowed) throw new RunRefused(seen.code, seen.message, { fix: seen.fix }, {});
    return seen;
  }

  #common(client: SignedInClient) {
    const { id, principal, connection, address, application, tls } = client;
    return {
      actor: personOf({ consoleSession: id, principalId: principal.id, email: principal.email }),
      path: 'wire' as const,
      connection: { id: connection.id, slug: connection.slug },
      sessionId: id,
      client: {
        address,
        ...(application === '' ? {} : { application }),
        ...(tls === undefined ? {} : { tls }),
      },
    };
  }

  #closed({ client, startedAt }: Open, reason: string): void {
    const durationMs = performance.now() - startedAt;
    const outcome = { status: 'succeeded' as const, rows: null, durationMs, sqlstate: null };
    const { recorder, log } = this.#parts;
    this.#track(
      recorder.record({ ...this.#common(client), kind: 'wire.session_closed', reason, outcome }).then(
        () => undefined,
        (error: unknown) => log.error(errorFacts(error), 'the end of a wire session could not be recorded'),
      ),
    );
  }

  #track(task: Promise<void>): void {
    this.#pending.add(task);
    void task.finally(() => this.#pending.delete(task));
  }
}

/** In the words of a server that can not take a session: programs and pools know them, and come again. */
function notBegun(error: unknown): ErrorFields {
  if (error instanceof Doomed) return error.words;
  const fields = refusalOf(error);
  const isAway = error instanceof PosternError && error.code === 'connection.unavailable';
  return { ...fields, severity: 'FATAL', code: isAway ? '57P03' : fields.code };
}

class Doomed extends Error {
  constructor(readonly words: ErrorFields) {
    super(words.message);
  }
}
