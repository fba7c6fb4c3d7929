import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actors } from '../auth/actors.js';
import { RequestContext } from '../graphql/context.js';
import type { OrgActor } from '../tenancy/actor.js';
import { toSearch } from './audit.input.js';
import type { AuditSearch } from './audit-filter.js';
import { AuditWatchers } from './audit-watchers.js';
import { EXPORT_FORMATS, ExportAudit, type ExportFormat } from './export-audit.js';

const TYPE: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

/** What of the trail is no GraphQL answer: a file as large as the trail, and a stream that stays open. */
@Controller('audit')
export class AuditFilesController {
  constructor(
    private readonly actors: Actors,
    private readonly exporting: ExportAudit,
    private readonly watchers: AuditWatchers,
  ) {}

  @Get('export')
  async export(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const actor = await this.admit(request, reply, query.orgId, 'exportAudit');
    const format = EXPORT_FORMATS.find((known) => known === query.format);
    if (format === undefined)
      throw new PosternError('input.invalid', '`format` is neither `csv` nor `jsonl`', { field: 'format' });
    const lines = await this.exporting.start(actor, readFilter(query.filter), format);
    const name = `audit-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${format}`;
    await reply
      .header('content-type', TYPE[format])
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .send(Readable.from(lines, { highWaterMark: 1 }));
  }

  @Get('watch')
  async watch(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('orgId') orgId: unknown,
  ): Promise<void> {
    const actor = await this.admit(request, reply, orgId, 'watchAudit');
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
    });
    this.watchers.open(actor.orgId, reply.raw);
  }

  /** A browser sends the session along from anywhere, so other sites are refused besides the cookie's SameSite. */
  private admit(
    request: FastifyRequest,
    reply: FastifyReply,
    orgId: unknown,
    operation: string,
  ): Promise<OrgActor> {
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      throw new PosternError('auth.forbidden', 'requests from other sites are refused');
    return this.actors.admit(new RequestContext(request, reply), String(orgId ?? ''), 'auditor', operation);
  }
}

/** `AuditFilter` of GraphQL as JSON. */
function readFilter(text: unknown): AuditSearch {
  try {
    const given: unknown = JSON.parse(text === undefined ? '{}' : String(text));
    if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new TypeError('no object');
    const { from, to, ...rest } = toSearch(given as Parameters<typeof toSearch>[0]);
    const instant = (value: unknown) => new Date(String(value));
    return {
      ...rest,
      ...(from === undefined ? {} : { from: instant(from) }),
      ...(to === undefined ? {} : { to: instant(to) }),
    };
  } catch {
    throw new PosternError('input.invalid', '`filter` is not a JSON object', {
      field: 'filter',
      fix: 'send the fields of `AuditFilter` as JSON',
    });
  }
}
