import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChainedEvent } from '@postern/core/audit';
import type { PolicyBundle, PublicJwk } from '@postern/core/policy';
import { policyEtag } from '@postern/protocol/policy-pull';
import { PATHS } from '@postern/protocol/version';

export type Rules = Pick<PolicyBundle, 'connections' | 'principals' | 'rules'>;

/** What is answered to a push of audit events. */
export type TakeAudit = (events: readonly ChainedEvent[]) => {
  readonly status: number;
  readonly body: unknown;
};

/** How an event in a push begins. No text in one looks like this: its quotes are escaped. */
const EVENT = '{"seq":';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * The other side of the agent's protocol and no more of it than an agent under load needs: the real control plane would take
 * from the two cores what is measured, and has benchmarks of its own. It stores nothing of the audit, only counts, unless
 * `takeAudit` does more.
 */
export class WirePlane {
  readonly #key: KeyObject;
  readonly #publicKey: PublicJwk;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #jws: string;
  /** Audit events that arrived. */
  events = 0;
  /** Version of the policy that the agent says it enforces. */
  enforced = 0;
  readonly #takeAudit: TakeAudit | undefined;

  private constructor(rules: Rules, takeAudit: TakeAudit | undefined) {
    this.#takeAudit = takeAudit;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#key = privateKey;
    const { x = '' } = publicKey.export({ format: 'jwk' });
    this.#publicKey = { kty: 'OKP', crv: 'Ed25519', x, kid: 'bench' };
    this.#jws = this.#signed({
      schema: 1,
      orgId: 'org',
      orgName: 'Bench',
      environmentId: 'env',
      environmentName: 'bench',
      version: 1,
      issuedAt: new Date().toISOString(),
      leaseSeconds: 86_400,
      groups: [],
      signingKeys: [this.#publicKey],
      ...rules,
    });
  }

  static async start(rules: Rules, takeAudit?: TakeAudit): Promise<WirePlane> {
    const plane = new WirePlane(rules, takeAudit);
    plane.#server.listen(0, '127.0.0.1');
    await once(plane.#server, 'listening');
    return plane;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #signed(bundle: PolicyBundle): string {
    const text = `${encoded({ alg: 'EdDSA', kid: this.#publicKey.kid })}.${encoded(bundle)}`;
    return `${text}.${sign(null, Buffer.from(text), this.#key).toString('base64url')}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    switch (request.url) {
      case PATHS.enrol:
        return json(201, {
          agentId: 'agent',
          orgId: 'org',
          environmentId: 'env',
          signingKeys: [this.#publicKey],
          authorizeUrl: 'http://localhost/authorize',
        });
      case PATHS.policy:
        response.writeHead(200, { 'content-type': 'application/jose', etag: policyEtag(1) }).end(this.#jws);
        return;
      case PATHS.stream:
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
        return;
      case PATHS.heartbeat:
        this.enforced = (JSON.parse(body) as { policyVersion: number }).policyVersion;
        return json(200, { policyVersion: 1 });
      case PATHS.audit: {
        if (this.#takeAudit === undefined) {
          // The last event tells how many there are; whoever reads them all is on another machine in real life.
          const last = body.slice(body.lastIndexOf(EVENT) + EVENT.length);
          this.events = Number.parseInt(last, 10);
          return json(200, { ackedSeq: this.events });
        }
        const { events } = JSON.parse(body) as { events: readonly ChainedEvent[] };
        this.events += events.length;
        const { status, body: answer } = this.#takeAudit(events);
        return json(status, answer);
      }
      default:
        return json(404, { error: { code: 'input.invalid', message: 'no such path' } });
    }
  }
}
