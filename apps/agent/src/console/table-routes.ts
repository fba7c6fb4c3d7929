import { PosternError } from '@postern/core/errors';
import { decide, PERMISSION_BIT } from '@postern/core/policy';
import type { FastifyInstance } from 'fastify';
import type { ConsoleParts } from './console-parts.js';
import { type TableResponse, tableRequest } from './contract.js';
import { parsed } from './parsed.js';

const NOTHING = { statements: [], required: 0 };

/** What editing takes to know (contract-table.ts). */
export function addTableRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  app.post('/api/table', async (request): Promise<TableResponse> => {
    const { owner } = parts.sessions.signedIn(request.cookies[parts.cookieName]);
    const { connection, tab, table } = parsed(tableRequest, request.body);
    const decision = decide(parts.policy.inForce().compiled, owner.principalId, connection, NOTHING);
    if (!decision.allowed) throw new PosternError(decision.code, decision.message, { fix: decision.fix });
    if ((decision.held & PERMISSION_BIT.write) === 0) {
      throw new PosternError('auth.forbidden', 'changing rows takes `write`, which you do not hold here', {
        fix: 'ask an administrator for it',
      });
    }
    const facts = await parts.tabs.describeTable(owner, tab, connection, table);
    if (facts) return facts as TableResponse;
    throw new PosternError('input.invalid', 'the table of this result can not be looked at now', {
      fix: 'run the query again',
    });
  });
}
