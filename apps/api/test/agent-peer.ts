import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type AuditEvent, CHAIN_START, type ChainedEvent, chain } from '@postern/core/audit';
import { PATHS, PROTOCOL_VERSION } from '@postern/protocol/version';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';

const hex = (text: string) => createHash('sha256').update(text).digest('hex');

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every endpoint, looked into by expectations
  body: any;
  text: string;
  headers: Record<string, unknown>;
}

/** What may be wrong with a request, so that tests can say it. */
export interface Tampering {
  sign?: { method?: string; path?: string; body?: string; key?: CryptoKey | Uint8Array; kid?: string };
  claims?: { iat?: number; exp?: number; aud?: string; iss?: string };
  headers?: Record<string, string>;
  /** What is sent instead of the body that was signed. */
  packed?: Buffer;
}

/** An agent as the protocol describes one: real keys, real signatures, none of the agent's own code. */
export class AgentPeer {
  agentId = '';
  environmentId = '';
  orgId = '';
  private seq = 0;
  private hash = CHAIN_START;

  private constructor(
    private readonly app: NestFastifyApplication,
    readonly key: CryptoKey,
    readonly x: string,
  ) {}

  static async create(app: NestFastifyApplication): Promise<AgentPeer> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const { x = '' } = await exportJWK(publicKey);
    return new AgentPeer(app, privateKey, x);
  }

  async enrolMessage(token: string, more: Record<string, unknown> = {}) {
    const proof = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA' })
      .setAudience('postern-enrol')
      .setJti(hex(token))
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(this.key);
    return {
      protocolVersion: PROTOCOL_VERSION,
      token,
      name: 'agent one',
      agentVersion: '0.1.0',
      publicKey: { kty: 'OKP', crv: 'Ed25519', x: this.x },
      proof,
      consoleUrl: 'http://console.example.test:7070',
      ...more,
    };
  }

  async enrol(token: string, more: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.post(PATHS.enrol, JSON.stringify(await this.enrolMessage(token, more)), {});
    if (answer.status === 201)
      ({ agentId: this.agentId, orgId: this.orgId, environmentId: this.environmentId } = answer.body);
    return answer;
  }

  /** A signed request. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    tampering: Tampering = {},
  ): Promise<Answer> {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const authorization = `Bearer ${await this.token(method, path, text, tampering)}`;
    const headers = { authorization, ...tampering.headers };
    if (method === 'POST') return this.post(path, tampering.packed ?? text, headers);
    const answer = await this.app.inject({ method, url: path, headers });
    return toAnswer(answer);
  }

  async token(
    method: string,
    path: string,
    body = '',
    { sign = {}, claims = {} }: Tampering = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      htm: sign.method ?? method,
      htp: sign.path ?? path,
      bh: createHash('sha256')
        .update(sign.body ?? body)
        .digest('base64url'),
    })
      .setProtectedHeader({ alg: 'EdDSA', kid: sign.kid ?? this.agentId })
      .setIssuer(claims.iss ?? this.agentId)
      .setAudience(claims.aud ?? 'postern-api')
      .setJti(randomUUID())
      .setIssuedAt(claims.iat ?? now)
      .setExpirationTime(claims.exp ?? (claims.iat ?? now) + 60)
      .sign(sign.key ?? this.key);
  }

  heartbeat(more: Record<string, unknown> = {}): Promise<Answer> {
    return this.send('POST', PATHS.heartbeat, {
      agentVersion: '0.1.0',
      protocolVersion: PROTOCOL_VERSION,
      policyVersion: 0,
      spoolDepth: 0,
      connections: [],
      rssBytes: 50_000_000,
      ...more,
    });
  }

  /** The next events of this agent's chain. */
  record(...events: Partial<AuditEvent>[]): ChainedEvent[] {
    return events.map((event) => {
      const link = chain(this.hash, this.seq + 1, statementEvent(event));
      this.seq = link.seq;
      this.hash = link.hash;
      return link;
    });
  }

  push(events: readonly ChainedEvent[]): Promise<Answer> {
    return this.send('POST', PATHS.audit, { events });
  }

  /** The same, compressed. */
  pushPacked(body: unknown, path: string = PATHS.audit, encoding = 'gzip'): Promise<Answer> {
    const packed = gzipSync(JSON.stringify(body));
    return this.send('POST', path, body, { packed, headers: { 'content-encoding': encoding } });
  }

  private async post(
    url: string,
    payload: string | Buffer,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const answer = await this.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    });
    return toAnswer(answer);
  }
}

function toAnswer(answer: { statusCode: number; body: string; headers: Record<string, unknown> }): Answer {
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    body = undefined;
  }
  return { status: answer.statusCode, body, text: answer.body, headers: answer.headers };
}

/** A decided statement, with what the test cares about laid over. */
export function statementEvent(more: Partial<AuditEvent> = {}): AuditEvent {
  const text = more.statement?.text ?? 'select 1';
  return {
    id: uuidv7(),
    at: new Date().toISOString(),
    kind: 'statement.decided',
    actor: { type: 'user', id: uuidv7(), label: 'ada@acme.test' },
    decision: 'allowed',
    connection: { id: uuidv7(), slug: 'shop' },
    path: 'console',
    statement: {
      text,
      bytes: Buffer.byteLength(text),
      sha256: hex(text),
      truncated: false,
      kinds: ['SELECT'],
    },
    required: ['read'],
    held: ['read'],
    missing: [],
    ruleIds: [],
    policyVersion: 1,
    sessionId: 'tab-1',
    ...more,
  };
}
