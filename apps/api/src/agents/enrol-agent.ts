import { Inject, Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import type { EnrolRequest, EnrolResponse } from '@postern/protocol/enrolment';
import { PROTOCOL_VERSION } from '@postern/protocol/version';
import { importJWK, jwtVerify } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { hashOf } from '../auth/session.js';
import { CONFIG, type Config } from '../config.js';
import { requestPublication } from '../policy/request-publication.js';
import { SigningKey } from '../policy/signing-key.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { insertAgent } from './agent.store.js';
import { findTokenOrg } from './agent-lookup.store.js';
import { setTokenAgent, useToken } from './enrolment-token.store.js';

/** Trades a one-time token for an identity: the agent's own key, which it must prove to hold. */
@Injectable()
export class EnrolAgent {
  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
    private readonly key: SigningKey,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async run(request: EnrolRequest): Promise<EnrolResponse> {
    if (request.protocolVersion !== PROTOCOL_VERSION)
      throw new PosternError(
        'agent.unsupported_version',
        `the agent speaks version ${request.protocolVersion} of the protocol, this control plane ${PROTOCOL_VERSION}`,
        { field: 'protocolVersion', fix: 'install an agent of the same release as the control plane' },
      );
    const consoleUrl = consoleAddress(request.consoleUrl);
    await checkProof(request);
    const tokenHash = hashOf(request.token);
    const orgId = await findTokenOrg(this.system, tokenHash);
    if (orgId === undefined) throw tokenInvalid();
    const { agentId, environmentId } = await this.insert(orgId, tokenHash, { ...request, consoleUrl });
    return {
      agentId,
      orgId,
      environmentId,
      signingKeys: await this.key.publicKeys(),
      authorizeUrl: new URL('/authorize', this.config.webUrl).href,
    };
  }

  private insert(orgId: string, tokenHash: string, request: EnrolRequest) {
    return this.db.withOrg(orgId, async (tx) => {
      const token = await useToken(tx, tokenHash);
      if (!token) throw tokenInvalid();
      const agentId = uuidv7();
      const { environmentId } = token;
      const { name, agentVersion, protocolVersion, consoleUrl } = request;
      const publicKey = request.publicKey.x;
      await insertAgent(tx, {
        id: agentId,
        orgId,
        environmentId,
        name,
        publicKey,
        consoleUrl,
        agentVersion,
        protocolVersion,
      });
      await setTokenAgent(tx, token.id, agentId);
      await recordChange(tx, orgId, {
        kind: 'agent.enrolled',
        actor: { type: 'agent', id: agentId, label: name },
        path: 'api',
        target: { type: 'agent', id: agentId, label: name },
        after: { token: token.name, consoleUrl, agentVersion },
      });
      // Unchanged publishes nothing; the first agent of an environment never waits for somebody's next change.
      await requestPublication(tx, orgId, environmentId);
      return { agentId, environmentId };
    });
  }
}

/** Sign-in returns here, so it must be an address of the web and nothing that hides another. */
function consoleAddress(text: string): string {
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new PosternError('input.invalid', 'the console URL must be http or https, without a user name', {
      field: 'consoleUrl',
      fix: "set the address at which people reach this agent's console, like `https://console.example.com`",
    });
  return url.href;
}

async function checkProof(request: EnrolRequest): Promise<void> {
  try {
    const key = await importJWK({ ...request.publicKey }, 'EdDSA');
    const { payload } = await jwtVerify(request.proof, key, {
      algorithms: ['EdDSA'],
      audience: 'postern-enrol',
      clockTolerance: 30,
      maxTokenAge: 60,
      requiredClaims: ['iat', 'exp', 'jti'],
    });
    if (payload.jti !== hashOf(request.token)) throw new Error('jti');
  } catch {
    throw new PosternError('agent.unauthenticated', 'the proof does not show that the agent holds its key', {
      field: 'proof',
      fix: "check the agent's clock, then enrol again",
    });
  }
}

function tokenInvalid(): PosternError {
  return new PosternError('agent.token_invalid', 'the enrolment token was used, has expired or never was', {
    field: 'token',
    fix: 'create a new one on the agents page; each is good for one agent and one hour',
  });
}
