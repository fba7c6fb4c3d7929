import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { CHAIN_START, type ChainedEvent, followsChain } from '@postern/core/audit';
import type { PolicyBundle, PublicJwk } from '@postern/core/policy';
import { agentRequestClaims } from '@postern/protocol/agent-auth';
import { auditPushRequest } from '@postern/protocol/audit-push';
import {
  type AccessRequestRequest,
  accessRequestRequest,
  type HistoryResponse,
  historyRequest,
  type SavedQuery,
  saveQueryRequest,
} from '@postern/protocol/console-kept';
import { consoleTokenRequest } from '@postern/protocol/console-token';
import { enrolRequest } from '@postern/protocol/enrolment';
import { type ConnectionEvidence, evidenceRequest } from '@postern/protocol/evidence';
import { type HeartbeatRequest, heartbeatRequest } from '@postern/protocol/heartbeat';
import { parsePolicyEtag, policyEtag } from '@postern/protocol/policy-pull';
import {
  claimRequest,
  progressRequest,
  type SignedTask,
  type TaskResult,
  taskResult,
} from '@postern/protocol/tasks';
import { PATHS } from '@postern/protocol/version';
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';

export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: PublicJwk;
}

export async function makeSigningKey(kid: string): Promise<SigningKey> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x = '' } = await exportJWK(pair.publicKey);
  return { privateKey: pair.privateKey, publicKey: { kty: 'OKP', crv: 'Ed25519', x, kid } };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly facts?: Record<string, unknown>,
  ) {
    super(code);
  }
}

/** The other side of the protocol, with real keys and real HTTP: it checks what the agent sends as the api must. */
export class ControlPlane {
  readonly orgId = 'org_1';
  readonly environmentId = 'env_1';
  readonly token = 'one-time-token';
  readonly events: ChainedEvent[] = [];
  readonly heartbeats: HeartbeatRequest[] = [];
  readonly evidence: ConnectionEvidence[] = [];
  readonly accessRequests: AccessRequestRequest[] = [];
  readonly saved: SavedQuery[] = [];
  readonly codes = new Map<string, { sub: string; challenge: string; redirectUri: string }>();
  pushes = 0;
  /** Pushes that came compressed, and whether it says that it takes them. */
  packedPushes = 0;
  takesGzip = true;
  /** Tasks that wait, signed; results that came, and the progress told. */
  readonly tasks: { connection: string; jws: string }[] = [];
  readonly results: TaskResult[] = [];
  readonly progress: { done: number; total: number }[] = [];
  readonly cancelled = new Set<string>();
  /** Loses the answer of so many pushes after storing them. */
  loseAnswers = 0;
  revoked = false;
  consoleUrl = '';
  #agent: { id: string; key: { kty: string; crv: string; x: string } } | undefined;
  #published: { version: number; jws: string } | undefined;
  #streams = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #usedTokens = new Set<string>();

  private constructor(readonly key: SigningKey) {}

  static async start(): Promise<ControlPlane> {
    const plane = new ControlPlane(await makeSigningKey('key-1'));
    await plane.up();
    return plane;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async sign(bundle: PolicyBundle, key = this.key): Promise<string> {
    return new CompactSign(new TextEncoder().encode(JSON.stringify(bundle)))
      .setProtectedHeader({ alg: 'EdDSA', kid: key.publicKey.kid })
      .sign(key.privateKey);
  }

  async publish(bundle: PolicyBundle): Promise<void> {
    this.publishRaw(bundle.version, await this.sign(bundle));
  }

  publishRaw(version: number, jws: string): void {
    this.#published = { version, jws };
    this.#send('policy', { version });
  }

  revokeAgent(): void {
    this.revoked = true;
    this.#send('revoked', {});
  }

  /** What the web app's authorisation page does: a code for a signed-in person. */
  authorize(location: string, sub: string): { code: string; state: string; redirectUri: string } {
    const query = new URL(location).searchParams;
    const redirectUri = query.get('redirect_uri') ?? '';
    const code = randomUUID();
    this.codes.set(code, { sub, challenge: query.get('code_challenge') ?? '', redirectUri });
    return { code, state: query.get('state') ?? '', redirectUri };
  }

  async consoleToken(claims: { sub: string; aud?: string; org?: string; key?: SigningKey }): Promise<string> {
    const key = claims.key ?? this.key;
    return new SignJWT({
      email: `${claims.sub}@acme.example`,
      name: claims.sub,
      org: claims.org ?? this.orgId,
    })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.publicKey.kid })
      .setIssuer('postern')
      .setAudience(claims.aud ?? this.#agent?.id ?? '')
      .setSubject(claims.sub)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(key.privateKey);
  }

  /** A task for the agent, signed as the api does it; `over` what is to be wrong with it. */
  async offerTask(
    task: Pick<SignedTask, 'connection' | 'kind' | 'payload'>,
    over: Partial<SignedTask> & { typ?: string; key?: SigningKey } = {},
  ): Promise<string> {
    const { typ = 'postern-task+jws', key = this.key, ...members } = over;
    const signed: SignedTask = {
      taskId: randomUUID(),
      orgId: this.orgId,
      environmentId: this.environmentId,
      agentId: 'agent_1',
      exp: Math.floor(Date.now() / 1_000) + 60,
      ...task,
      ...members,
    };
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(signed)))
      .setProtectedHeader({ alg: 'EdDSA', kid: key.publicKey.kid, typ })
      .sign(key.privateKey);
    this.tasks.push({ connection: task.connection, jws });
    this.#send('task', {});
    return signed.taskId;
  }

  cancelTask(taskId: string): void {
    this.cancelled.add(taskId);
    this.#send('task', {});
  }

  /** What it keeps for people at the console. */
  #kept(path: string, body: string): object | undefined {
    switch (path) {
      case PATHS.administrators:
        return { administrators: [{ name: 'Ada Owner', email: 'ada@acme.example' }] };
      case PATHS.accessRequests: {
        this.accessRequests.push(accessRequestRequest.parse(JSON.parse(body)));
        return { id: randomUUID(), isNew: this.accessRequests.length === 1 };
      }
      case PATHS.savedQueries:
        return { queries: this.saved };
      case PATHS.saveQuery: {
        const { personId: _, id = randomUUID(), ...query } = saveQueryRequest.parse(JSON.parse(body));
        const updatedAt = new Date().toISOString();
        this.saved.push({ ...query, id, isOwn: true, owner: 'dana@acme.example', updatedAt });
        return { id };
      }
      case PATHS.history:
        return this.#history(body);
      default:
        return undefined;
    }
  }

  /** Of the events that came, in pages of twenty. */
  #history(body: string): HistoryResponse {
    const { personId, words, after } = historyRequest.parse(JSON.parse(body));
    const events = this.events.map(({ event }) => event);
    const found = events
      .filter(
        ({ kind, path, actor }) =>
          kind === 'statement.decided' && path === 'console' && actor.id === personId,
      )
      .filter(({ statement }) => words.every((word) => statement?.text.toLowerCase().includes(word)))
      .sort((left, right) => (left.id < right.id ? 1 : -1));
    const from = after === undefined ? 0 : found.findIndex(({ id }) => id === after.id) + 1;
    const page = found.slice(from, from + 20);
    const last = found.length > from + 20 ? page.at(-1) : undefined;
    return {
      next: last ? { at: last.at, id: last.id } : null,
      statements: page.map(({ id, at, connection, statement, decision, reason }) => ({
        ...{ id, at, connection: connection?.slug ?? null, sql: statement?.text ?? '' },
        ...{ kinds: statement?.kinds ?? [], isShortened: statement?.truncated ?? false },
        ...{
          isRedacted: statement?.redacted !== undefined,
          decision: decision ?? 'allowed',
          reason: reason ?? null,
        },
        outcome: events.find(({ intentId }) => intentId === id)?.outcome ?? null,
      })),
    };
  }

  #claim(body: string): { task: string | null } {
    const { connections } = claimRequest.parse(JSON.parse(body));
    const index = this.tasks.findIndex(({ connection }) => connections.includes(connection));
    return { task: index < 0 ? null : (this.tasks.splice(index, 1)[0]?.jws ?? null) };
  }

  #told(body: string): { cancel: boolean } {
    const { taskId, done, total } = progressRequest.parse(JSON.parse(body));
    this.progress.push({ done, total });
    return { cancel: this.cancelled.has(taskId) };
  }

  #send(event: string, data: unknown): void {
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isPacked = request.headers['content-encoding'] === 'gzip';
    if (isPacked && !this.takesGzip) return json(response, 415, {});
    if (isPacked) this.packedPushes += 1;
    const sent = Buffer.concat(chunks);
    const body = (isPacked ? gunzipSync(sent) : sent).toString('utf8');
    const path = (request.url ?? '').split('?')[0] ?? '';
    try {
      if (path === PATHS.enrol) return json(response, 201, await this.#enrol(body));
      await this.#authenticate(request, path, body);
      if (path === PATHS.policy) return this.#policy(request, response);
      if (path === PATHS.stream) return this.#stream(request, response);
      if (path === PATHS.heartbeat) {
        this.heartbeats.push(heartbeatRequest.parse(JSON.parse(body)));
        return json(response, 200, { policyVersion: this.#published?.version ?? 0 });
      }
      if (path === PATHS.audit) return this.#audit(body, response);
      if (path === PATHS.evidence) {
        this.evidence.push(...evidenceRequest.parse(JSON.parse(body)).connections);
        return json(response, 200, { stored: 1 });
      }
      const kept = this.#kept(path, body);
      if (kept !== undefined) return json(response, 200, kept);
      if (path === PATHS.consoleToken) return json(response, 200, { token: await this.#token(body) });
      if (path === PATHS.taskClaim) return json(response, 200, this.#claim(body));
      if (path === PATHS.taskProgress) return json(response, 200, this.#told(body));
      if (path === PATHS.taskResult) {
        this.results.push(taskResult.parse(JSON.parse(body)));
        return json(response, 200, { accepted: true });
      }
      throw new Refusal(404, 'input.invalid');
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'internal');
      const { code, facts } = refusal;
      json(response, refusal.status, { error: { code, message: code, ...(facts ? { facts } : {}) } });
    }
  }

  async #enrol(body: string) {
    const request = enrolRequest.parse(JSON.parse(body));
    if (request.token !== this.token) throw new Refusal(401, 'agent.token_invalid');
    const key = await importJWK(request.publicKey, 'EdDSA');
    const { payload } = await jwtVerify(request.proof, key, {
      audience: 'postern-enrol',
      algorithms: ['EdDSA'],
    });
    if (payload.jti !== createHash('sha256').update(request.token).digest('hex'))
      throw new Refusal(401, 'agent.token_invalid');
    this.#agent = { id: 'agent_1', key: request.publicKey };
    this.consoleUrl = request.consoleUrl;
    return {
      agentId: 'agent_1',
      orgId: this.orgId,
      environmentId: this.environmentId,
      signingKeys: [this.key.publicKey],
      authorizeUrl: 'http://web.example/authorize',
    };
  }

  async #authenticate(request: IncomingMessage, path: string, body: string): Promise<void> {
    if (this.revoked) throw new Refusal(401, 'agent.revoked');
    if (!this.#agent) throw new Refusal(401, 'agent.unauthenticated');
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const verified = await jwtVerify(token, await importJWK(this.#agent.key, 'EdDSA'), {
      audience: 'postern-api',
      algorithms: ['EdDSA'],
    }).catch(() => {
      throw new Refusal(401, 'agent.unauthenticated');
    });
    const claims = agentRequestClaims.parse(verified.payload);
    const hash = createHash('sha256').update(body).digest('base64url');
    const isBound = claims.htm === request.method && claims.htp === path && claims.bh === hash;
    if (!isBound || this.#usedTokens.has(claims.jti) || claims.exp - claims.iat > 60) {
      throw new Refusal(401, 'agent.unauthenticated');
    }
    this.#usedTokens.add(claims.jti);
  }

  #policy(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#published) throw new Refusal(404, 'policy.none');
    const { version, jws } = this.#published;
    response.setHeader('etag', policyEtag(version));
    if (parsePolicyEtag(request.headers['if-none-match']) === version) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/jose' }).end(jws);
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    this.#streams.add(response);
    request.on('close', () => this.#streams.delete(response));
  }

  #audit(body: string, response: ServerResponse): void {
    // Words of newer agents are read by the api; this one is spoken to by today's.
    const events = auditPushRequest.parse(JSON.parse(body)).events as ChainedEvent[];
    const first = events[0];
    const head = this.events.at(-1);
    const expectedSeq = (head?.seq ?? 0) + 1;
    if (!first || first.seq > expectedSeq) throw new Refusal(409, 'audit.gap', { expectedSeq });
    for (const event of events as ChainedEvent[]) {
      const last = this.events.at(-1);
      if (event.seq <= (last?.seq ?? 0)) continue;
      if (!followsChain(last?.hash ?? CHAIN_START, event)) throw new Refusal(409, 'audit.broken_chain');
      this.events.push(event);
    }
    this.pushes += 1;
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      response.destroy();
      return;
    }
    if (this.takesGzip) response.setHeader('accept-encoding', 'gzip');
    json(response, 200, { ackedSeq: this.events.at(-1)?.seq ?? 0 });
  }

  async #token(body: string): Promise<string> {
    const request = consoleTokenRequest.parse(JSON.parse(body));
    const issued = this.codes.get(request.code);
    this.codes.delete(request.code);
    const challenge = createHash('sha256').update(request.codeVerifier).digest('base64url');
    if (!issued || issued.challenge !== challenge || issued.redirectUri !== request.redirectUri) {
      throw new Refusal(400, 'auth.code_invalid');
    }
    return this.consoleToken({ sub: issued.sub });
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
