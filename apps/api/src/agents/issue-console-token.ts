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

/** Trades a code for a token that says who signed in. What they may do is the policy bundle's to say. */
@Injectable()
export class IssueConsoleToken {
  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
  ) {}

  async run(agent: AgentIdentity, exchange: ConsoleTokenRequest): Promise<string> {
    // A transaction of its own: the code is used up even when what follows refuses it.
    const code = await this.db.withOrg(agent.orgId, (tx) => takeCode(tx, hashOf(exchange.code)));
    if (!code || !isGood(code, agent, exchange)) throw codeInvalid();
    const person = await this.db.withOrg(agent.orgId, async (tx) => {
      const found = await findMemberUser(tx, code.userId);
      if (!found) throw codeInvalid();
      await recordChange(tx, agent.orgId, {
        kind: 'console.signed_in',
        actor: { type: 'user', id: found.id, label: found.email },
        path: 'console',
        target: { type: 'agent', id: agent.id, label: agent.name },
      });
      return found;
    });
    const { email, name } = person;
    return this.key.signToken(
      { email, name, org: agent.orgId },
      { sub: person.id, aud: agent.id },
      TOKEN_LIFETIME,
    );
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
