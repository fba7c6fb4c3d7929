import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { hashOf, newSecret } from '../auth/session.js';
import { isUuid } from '../graphql/ids.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { AgentIdentities, type AgentIdentity } from './agent-identities.js';
import { isMember } from './agent-lookup.store.js';
import { insertCode } from './console-code.store.js';

const CODE_LIFETIME_MS = 60_000;

export interface ConsoleAuthorization {
  agentId: string;
  redirectUri: string;
  /** RFC 7636, S256. */
  codeChallenge: string;
  state: string;
}

/** Signs a person in to an agent's console: a code that this agent alone can trade, once, within a minute (RFC 6749, 4.1). */
@Injectable()
export class AuthorizeConsole {
  constructor(
    private readonly identities: AgentIdentities,
    private readonly system: SystemDb,
    private readonly db: TenantDb,
  ) {}

  /** Answers with the address to go back to. */
  async run(person: { userId: string }, asked: ConsoleAuthorization): Promise<string> {
    const agent = await this.agentFor(person.userId, asked.agentId);
    const redirect = checkRequest(agent, asked);
    const code = newSecret();
    await this.db.withOrg(agent.orgId, (tx) =>
      insertCode(tx, {
        codeHash: hashOf(code),
        orgId: agent.orgId,
        userId: person.userId,
        agentId: agent.id,
        redirectUri: asked.redirectUri,
        codeChallenge: asked.codeChallenge,
        expiresAt: new Date(Date.now() + CODE_LIFETIME_MS),
      }),
    );
    redirect.searchParams.set('code', code);
    redirect.searchParams.set('state', asked.state);
    return redirect.href;
  }

  /** Another company's agent, a revoked one and one that never was look the same. */
  private async agentFor(userId: string, agentId: string): Promise<AgentIdentity> {
    const agent = isUuid(agentId) ? await this.identities.byId(agentId) : undefined;
    if (!agent || agent.revokedAt !== null || !(await isMember(this.system, agent.orgId, userId)))
      throw new PosternError('agent.not_found', 'there is no such agent, or it serves another organisation', {
        field: 'agentId',
        fix: "open the console at the address that your organisation's agents page shows",
      });
    return agent;
  }
}

function checkRequest(agent: AgentIdentity, asked: ConsoleAuthorization): URL {
  const expected = new URL('/auth/callback', agent.consoleUrl).href;
  if (asked.redirectUri !== expected)
    throw new PosternError(
      'auth.redirect_not_allowed',
      `sign-in to this console may only return to \`${expected}\``,
      {
        field: 'redirectUri',
        fix: "set public_url in the agent's configuration to the address that people use, and enrol it again",
      },
    );
  if (!/^[\w-]{43}$/.test(asked.codeChallenge))
    throw new PosternError('input.invalid', 'the code challenge must be a base64url SHA-256', {
      field: 'codeChallenge',
      fix: 'start the sign-in again from the console',
    });
  if (asked.state === '' || asked.state.length > 500)
    throw new PosternError('input.invalid', 'the state must have 1 to 500 characters', {
      field: 'state',
      fix: 'start the sign-in again from the console',
    });
  return new URL(expected);
}
