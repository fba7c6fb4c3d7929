import { PosternError } from '@postern/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { FORMATS } from '../export/formats.js';
import type { ConsoleParts } from './console-parts.js';
import { type ExportProgress, exportRequest, type exportTicket } from './contract.js';
import { Exports } from './exports.js';
import { problemOf } from './http-errors.js';
import { parsed } from './parsed.js';

type WithId = { Params: { id: string } };

/** Exports (contract-export.ts). */
export function addExportRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const exports = new Exports(parts);
  const who = (request: FastifyRequest) => parts.sessions.signedIn(request.cookies[parts.cookieName]).owner;

  app.post('/api/export', async (request): Promise<z.infer<typeof exportTicket>> => {
    const id = await exports.ticket(who(request), parsed(exportRequest, request.body));
    return { id, url: `/api/export/${id}` };
  });

  app.get<WithId>('/api/export/:id', async (request, reply) => {
    const begun = await exports.file(who(request), request.params.id).catch((error: unknown) => {
      // A run answers 200 to what the database refused; here that would be a file.
      if (!(error instanceof PosternError) || !error.code.startsWith('sql.')) throw error;
      return error;
    });
    if (begun instanceof PosternError) return reply.code(422).send(problemOf(begun)?.body);
    const { file, asked } = begun;
    const { extension, contentType } = FORMATS[asked.format];
    const name = asked.name.replace(/[^\w.-]+/g, '_');
    return reply
      .headers({
        'content-type': contentType,
        'content-disposition': `attachment; filename="${name}.${extension}"`,
      })
      .send(file);
  });

  app.get<WithId>(
    '/api/export/:id/progress',
    async (request): Promise<ExportProgress> => exports.progress(who(request), request.params.id),
  );
}
