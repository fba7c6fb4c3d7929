import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { type AgentRequestClaims, agentRequestClaims } from '@postern/protocol/agent-auth';
import { type CryptoKey, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { AgentIdentities, type AgentIdentity } from '../agents/agent-identities.js';

/** Difference between the clocks of agent and api that is let pass, and the longest a request's token may live. */
const CLOCK_SKEW_S = 30;
const MAX_LIFETIME_S = 60;

/** What of a request its token is bound to. */
export interface SignedRequest {
  authorization: string | undefined;
  method: string;
  /** Without the query string. */
  path: string;
  body: Buffer;
}

/** The request is an agent's, and that agent was revoked. */
export class AgentRevoked extends PosternError {
  constructor(readonly agent: AgentIdentity) {
    super('agent.revoked', `agent \`${agent.name}\` was revoked`, {
      fix: 'enrol it anew with a token from the agents page',
    });
  }
}

/** Which agent sent a request, by the token that it signed for exactly this one (protocol, agent-auth). */
@Injectable()
export class AgentCredential {
  /** As long as the identity itself is kept. */
  private readonly keys = new WeakMap<AgentIdentity, CryptoKey | Uint8Array>();

  constructor(private readonly identities: AgentIdentities) {}

  async verify(request: SignedRequest): Promise<AgentIdentity> {
    const token = /^Bearer ([\w.-]{1,4096})$/i.exec(request.authorization ?? '')?.[1];
    if (token === undefined) throw refuse('the request has no `Authorization: Bearer` token');
    const agent = await this.agentOf(token);
    const claims = await this.verifiedClaims(token, agent);
    checkBinding(claims, request, agent);
    if (agent.revokedAt !== null) throw new AgentRevoked(agent);
    return agent;
  }

  private async agentOf(token: string): Promise<AgentIdentity> {
    let kid: unknown;
    try {
      kid = decodeProtectedHeader(token).kid;
    } catch {
      throw refuse('the token is not a JWT');
    }
    const id = z.uuid().safeParse(kid);
    const agent = id.success ? await this.identities.byId(id.data) : undefined;
    if (!agent) throw refuse('no agent has the key that the token names');
    return agent;
  }

  private async verifiedClaims(token: string, agent: AgentIdentity): Promise<AgentRequestClaims> {
    try {
      const { payload } = await jwtVerify(token, await this.keyOf(agent), {
        algorithms: ['EdDSA'],
        audience: 'postern-api',
        clockTolerance: CLOCK_SKEW_S,
        requiredClaims: ['iat', 'exp'],
      });
      return agentRequestClaims.parse(payload);
    } catch {
      throw refuse("the token is not valid now; check the agent's clock and key");
    }
  }

  private async keyOf(agent: AgentIdentity): Promise<CryptoKey | Uint8Array> {
    const known = this.keys.get(agent);
    if (known !== undefined) return known;
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: agent.publicKey }, 'EdDSA');
    this.keys.set(agent, key);
    return key;
  }
}

function checkBinding(claims: AgentRequestClaims, request: SignedRequest, agent: AgentIdentity): void {
  const now = Date.now() / 1000;
  if (claims.exp - claims.iat > MAX_LIFETIME_S || claims.iat > now + CLOCK_SKEW_S)
    throw refuse(`the token may live ${MAX_LIFETIME_S} s at most, from now on`);
  if (claims.iss !== agent.id) throw refuse('the token was issued by another agent');
  if (claims.htm !== request.method || claims.htp !== request.path)
    throw refuse('the token was signed for another request');
  if (claims.bh !== createHash('sha256').update(request.body).digest('base64url'))
    throw refuse('the token was signed for another body');
}

function refuse(message: string): PosternError {
  return new PosternError('agent.unauthenticated', message);
}
