import { randomBytes, randomUUID } from 'node:crypto';
import type { AuditClient } from '@postern/core/audit';
import { evaluate, type PolicyConnection, type Principal } from '@postern/core/policy';
import type { Recorder } from '../audit/recorder.js';
import type { Clock } from '../clock.js';
import { errorFacts, type Logger } from '../log.js';
import type { EnforcedPolicy, PolicyHolder } from '../policy/policy-holder.js';
import type { SignedInClient } from './client.js';
import {
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
} from './codec/backend.js';
import { CodecError } from './codec/bytes.js';
import { type Frame, FrameSplitter } from './codec/frames.js';
import { FRONTEND, readSaslInitial, readSaslResponse } from './codec/frontend.js';
import { Failures } from './failures.js';
import { fatal, type OpenedConnection, Refused, SIGN_IN_HINT } from './handshake.js';
import { ClientGone, farewell } from './inbox.js';
import { mockVerifier, parseVerifier, SCRAM, SCRAM_PLUS, ScramError, ScramExchange } from './scram.js';

/** Longest message before somebody has signed in. */
const MESSAGE_MAX = 65_536;
/** Longest name out of a start-up packet that is kept. */
const LABEL_MAX = 320;
/** PostgreSQL's own length of `application_name`, so that what is recorded is what a server would show. */
const APPLICATION_MAX = 63;

const HANDLED = new Set(['user', 'database', 'replication', 'application_name']);

/** Who wants in, and from where. */
interface Attempt {
  readonly user: string;
  readonly database: string;
  readonly host: string;
  readonly client: AuditClient;
  /** Who that is by the policy at hand, in force or not. */
  readonly principal: Principal | undefined;
}

/** Signs clients in against the verifiers of the policy. Whatever is wrong, the answer is one and the same. */
export class SignIn {
  readonly #policy: PolicyHolder;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #failures: Failures;
  /** For the verifiers of people who do not exist. */
  readonly #secret = randomBytes(32);
  readonly #byEmail = new WeakMap<EnforcedPolicy, ReadonlyMap<string, Principal>>();
  readonly #records = new Set<Promise<void>>();

  constructor(parts: { policy: PolicyHolder; recorder: Recorder; clock: Clock; log: Logger }) {
    this.#policy = parts.policy;
    this.#recorder = parts.recorder;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#failures = new Failures(parts.clock);
  }

  /** Undefined: it was refused, and is being closed. */
  async run(
    opened: OpenedConnection,
    from: { readonly host: string; readonly port: number; readonly endpoint: Buffer | undefined },
  ): Promise<SignedInClient | undefined> {
    const attempt = this.#attemptOf(opened, from);
    try {
      const { socket } = opened;
      const final = await this.#exchange(
        opened,
        attempt,
        opened.tls === undefined ? undefined : from.endpoint,
      );
      const admitted = this.#admit(attempt, final !== undefined);
      if ('reason' in admitted || !final) {
        this.#refuse(attempt, 'reason' in admitted ? admitted.reason : 'wrong password');
        throw new Refused('28P01', `password authentication failed for user "${attempt.user}"`, SIGN_IN_HINT);
      }
      const rest = opened.inbox.release();
      socket.write(Buffer.concat([authenticationSaslFinal(final), authenticationOk()]));
      const parameters = new Map(
        [...opened.parameters].filter(([name]) => !HANDLED.has(name) && !name.startsWith('_pq_.')),
      );
      const { address, application = '' } = attempt.client;
      return {
        id: randomUUID(),
        socket,
        rest,
        ...admitted,
        parameters,
        application,
        address,
        tls: opened.tls,
      };
    } catch (error) {
      opened.inbox.release();
      if (error instanceof ClientGone) {
        opened.socket.destroy();
        return undefined;
      }
      const refused = this.#refusalOf(attempt, error);
      farewell(opened.socket, fatal(refused));
      return undefined;
    }
  }

  /** Waits until every failure is recorded. */
  async settled(): Promise<void> {
    await Promise.all(this.#records);
  }

  #attemptOf({ parameters, tls }: OpenedConnection, from: { host: string; port: number }): Attempt {
    const user = parameters.get('user') ?? '';
    const application = printable(parameters.get('application_name') ?? '').slice(0, APPLICATION_MAX);
    const address = from.host.includes(':') ? `[${from.host}]:${from.port}` : `${from.host}:${from.port}`;
    return {
      user,
      // As the server has it: without a database, the one that is called like the user.
      database: parameters.get('database') || user,
      host: from.host,
      client: {
        address,
        ...(application === '' ? {} : { application }),
        ...(tls === undefined ? {} : { tls }),
      },
      principal: this.#principalOf(this.#policy.shown, user),
    };
  }

  /** SCRAM, whoever it is: the exchange must not tell people who exist from those who do not. */
  async #exchange(
    opened: OpenedConnection,
    attempt: Attempt,
    endpoint?: Buffer,
  ): Promise<Buffer | undefined> {
    const { socket } = opened;
    const mock = mockVerifier(this.#secret, attempt.user.toLowerCase());
    const known = parseVerifier(attempt.principal?.databasePassword?.verifier ?? '');
    const exchange = new ScramExchange(known ?? mock, endpoint);
    socket.write(authenticationSasl(endpoint ? [SCRAM_PLUS, SCRAM] : [SCRAM]));
    const { mechanism, data } = readSaslInitial(await nextPassword(opened));
    socket.write(authenticationSaslContinue(exchange.first(mechanism, data)));
    const final = exchange.final(readSaslResponse(await nextPassword(opened)));
    return known && final;
  }

  /** By the policy of this moment: the exchange may have taken a while. */
  #admit(
    attempt: Attempt,
    isRight: boolean,
  ): { principal: Principal; connection: PolicyConnection } | { reason: string } {
    const { user, database, principal: asked } = attempt;
    if (this.#failures.isLimited(user.toLowerCase(), attempt.host)) return { reason: TOO_MANY };
    if (!asked) return { reason: 'no person of this e-mail address is in the policy' };
    if (!asked.databasePassword) return { reason: 'this person has no database password' };
    if (!parseVerifier(asked.databasePassword.verifier))
      return { reason: 'the verifier in the policy is not one' };
    if (!isRight) return { reason: 'wrong password' };
    if (this.#policy.state !== 'ok') return { reason: `no policy is in force (${this.#policy.state})` };
    const policy = this.#policy.inForce();
    const principal = this.#principalOf(policy, user);
    if (principal?.databasePassword?.verifier !== asked.databasePassword.verifier) {
      return { reason: 'the database password was revoked' };
    }
    // Not `<`: what is no instant never passes.
    if (!(this.#clock.now() < Date.parse(principal.databasePassword.expiresAt))) {
      return { reason: 'the database password has expired' };
    }
    const connection = policy.compiled.connections.get(database);
    if (!connection) return { reason: 'there is no such connection' };
    if (evaluate(policy.compiled, principal.id, database) === 0) {
      return { reason: 'no rule lets this person see the connection' };
    }
    return { principal, connection };
  }

  #principalOf(policy: EnforcedPolicy | undefined, user: string): Principal | undefined {
    if (!policy) return undefined;
    let byEmail = this.#byEmail.get(policy);
    if (!byEmail) {
      byEmail = new Map([...policy.principals.values()].map((one) => [one.email.toLowerCase(), one]));
      this.#byEmail.set(policy, byEmail);
    }
    return byEmail.get(user.toLowerCase());
  }

  #refusalOf(attempt: Attempt, error: unknown): Refused {
    if (error instanceof Refused) return error;
    if (error instanceof ScramError || error instanceof CodecError) {
      this.#refuse(attempt, error.message);
      return new Refused(error instanceof CodecError ? error.sqlstate : '08P01', error.message);
    }
    this.#log.error(errorFacts(error), 'a sign-in failed by a fault of the agent');
    return new Refused('XX000', 'something went wrong in the agent; its log says more');
  }

  /** Counted and recorded. Nobody waits for it: its time would tell. */
  #refuse(attempt: Attempt, reason: string): void {
    const { database, host, client, principal } = attempt;
    const user = attempt.user.toLowerCase();
    if (reason === TOO_MANY) {
      if (!this.#failures.isNews(user, host)) return;
    } else {
      this.#failures.add(user, host);
    }
    const id = this.#policy.shown?.compiled.connections.get(database)?.id ?? '';
    const recorded = this.#recorder
      .record({
        kind: 'wire.sign_in_failed',
        actor: { type: 'anonymous', id: '', label: printable(attempt.user).slice(0, LABEL_MAX) },
        decision: 'denied',
        path: 'wire',
        connection: { id, slug: printable(database).slice(0, LABEL_MAX) },
        ...(principal ? { target: { type: 'user', id: principal.id, label: principal.email } } : {}),
        reason,
        client,
      })
      .then(
        () => undefined,
        (error: unknown) => this.#log.error(errorFacts(error), 'a failed sign-in could not be recorded'),
      );
    this.#records.add(recorded);
    void recorded.finally(() => this.#records.delete(recorded));
  }
}

const TOO_MANY = 'too many failures: for a minute every attempt is refused, and not recorded one by one';

/** Names that a stranger chose, as they may be shown. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

async function nextPassword({ inbox }: OpenedConnection): Promise<Buffer> {
  const { type, raw } = await inbox.take(firstFrame);
  if (type === FRONTEND.terminate) throw new ClientGone('the client has left');
  if (type !== FRONTEND.password) throw new CodecError('expected SASL response');
  return raw;
}

function firstFrame(bytes: Buffer): { value: Frame; rest: Buffer } | undefined {
  const splitter = new FrameSplitter({ streamed: new Set(), maxBytes: () => MESSAGE_MAX });
  splitter.push(bytes);
  const frame = splitter.next();
  return frame?.kind === 'frame' ? { value: frame, rest: splitter.takeRest() } : undefined;
}
