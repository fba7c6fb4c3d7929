import { PosternError } from '@postern/core/errors';
import { PERMISSION_BIT } from '@postern/core/policy';
import type { FastifyInstance } from 'fastify';
import type { ConsoleParts } from './console-parts.js';
import { type TableResponse, tableRequest } from './contract.js';
import { parsed } from './parsed.js';
import { seenTarget } from './seen-target.js';

/** What editing takes to know (contract-table.ts). */
export function addTableRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  app.post('/api/table', async (request): Promise<TableResponse> => {
    const signedIn = parts.sessions.signedIn(request.cookies[parts.cookieName]);
    const { connection, tab, table } = parsed(tableRequest, request.body);
    const { held } = seenTarget(parts, signedIn, connection);
    if ((held & PERMISSION_BIT.write) === 0) {
      throw new PosternError('auth.forbidden', 'changing rows takes `write`, which you do not hold here', {
        fix: 'ask an administrator for it',
      });
    }
    const facts = await parts.tabs.describeTable(signedIn.owner, tab, connection, table);
    if (facts) return facts as TableResponse;
    throw new PosternError('input.invalid', 'the table of this result can not be looked at now', {
      fix: 'run the query again',
    });
  });
}
