import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import type { ConsoleTokenRequest } from '@postern/protocol/console-token';
import { recordChange } from '../audit/record-change.js';
import { hashOf } from '../auth/session.js';
import { SigningKey } from '../policy/signing-key.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import type { AgentIdentity } from './agent-identities.js';
import { type ConsoleCode, findMemberUser, takeCode } from './console-code.store.js';

const TOKEN_LIFETIME = '5m';

/** Trades a code for a token that says who signed in. What they may do is the policy bundle's to say (ADR 0004). */
@Injectable()
export class IssueConsoleToken {
  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
  ) {}

  async run(agent: AgentIdentity, exchange: ConsoleTokenRequest): Promise<string> {
    // A transaction of its own: the code is used up even when what follows refuses it.
    const code = await this.db.withOrg(agent.orgId, (tx) => takeCode(tx, hashOf(exchange.code)));
    if (!code || !isGood(code, agent, exchange)) throw await this.refuse(agent);
    const person = await this.db.withOrg(agent.orgId, (tx) => findMemberUser(tx, code.userId));
    if (!person) throw await this.refuse(agent);
    const { email, name } = person;
    return this.key.signToken(
      { email, name, org: agent.orgId },
      { sub: person.id, aud: agent.id },
      TOKEN_LIFETIME,
    );
  }

  /** The sign-in itself is the agent's to record (`console.signed_in`, with the session that statements name). */
  private async refuse(agent: AgentIdentity): Promise<PosternError> {
    const error = codeInvalid();
    await this.db.withOrg(agent.orgId, (tx) =>
      recordChange(tx, agent.orgId, {
        kind: 'access.refused',
        actor: { type: 'agent', id: agent.id, label: agent.name },
        decision: 'denied',
        path: 'console',
        reason: `a sign-in to the console was refused: ${error.message}`,
      }),
    );
    return error;
  }
}

function isGood(code: ConsoleCode, agent: AgentIdentity, exchange: ConsoleTokenRequest): boolean {
  const challenge = createHash('sha256').update(exchange.codeVerifier).digest('base64url');
  return (
    code.agentId === agent.id &&
    code.expiresAt.getTime() > Date.now() &&
    code.redirectUri === exchange.redirectUri &&
    code.codeChallenge === challenge
  );
}

function codeInvalid(): PosternError {
  return new PosternError('auth.code_invalid', 'the sign-in was used, has expired or was begun elsewhere', {
    field: 'code',
    fix: 'sign in again from the console',
  });
}
