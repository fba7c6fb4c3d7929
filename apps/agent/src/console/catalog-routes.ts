import { PosternError } from '@postern/core/errors';
import { evaluate, maskOf, type PermissionMask, permissionsOf } from '@postern/core/policy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PackedList } from '../targets/browse/browse.js';
import type { ConsoleParts } from './console-parts.js';
import { type ObjectDetails, objectKind } from './contract-catalog.js';
import { parsed } from './parsed.js';
import { seenTarget } from './seen-target.js';

const ofConnection = z.object({ connection: z.string().min(1).max(200) });
const ofObject = ofConnection.extend({
  kind: objectKind,
  oid: z.coerce.number().int().positive().max(4_294_967_295),
});

/** Who may know how something is defined, and how much it is used. */
const MAY_LOOK_INSIDE = maskOf(['read', 'ddl', 'admin']);
const ADMIN = maskOf(['admin']);

/** What a database has (contract-catalog.ts). */
export function addCatalogRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const seen = (request: FastifyRequest, slug: string) =>
    seenTarget(parts, parts.sessions.signedIn(request.cookies[parts.cookieName]), slug);

  app.get('/api/catalog/objects', async (request, reply) => {
    const { target } = seen(request, parsed(ofConnection, request.query).connection);
    return sendList(request, reply, await target.browse.objects());
  });

  app.get('/api/catalog/names', async (request, reply) => {
    const { target } = seen(request, parsed(ofConnection, request.query).connection);
    return sendList(request, reply, await target.browse.names());
  });

  app.get('/api/catalog/object', async (request): Promise<ObjectDetails> => {
    const { connection, kind, oid } = parsed(ofObject, request.query);
    const { target, held } = seen(request, connection);
    const details = await target.browse.object(kind, oid);
    if (!details) {
      throw new PosternError('object.not_found', 'this object is not there any more', {
        fix: 'refresh the tree; somebody may have dropped or replaced it',
      });
    }
    const access = (held & ADMIN) === 0 ? [] : accessTo(parts, connection);
    return shownTo(held, { ...details, access });
  });
}

/** Of people who may only write, run or explain: what those need. */
function shownTo(held: PermissionMask, details: ObjectDetails): ObjectDetails {
  if ((held & MAY_LOOK_INSIDE) !== 0) return details;
  const { sizes: _sizes, use: _use, definition: _definition, rowSecurity: _security, ...rest } = details;
  return {
    ...rest,
    isLimited: true,
    rows: null,
    columns: details.columns.map((column) => ({ ...column, default: null })),
    constraints: details.constraints.filter(({ kind }) => kind !== 'check' && kind !== 'exclusion'),
    indexes: [],
    triggers: [],
    policies: [],
    partitions: [],
    grants: [],
    dependencies: [],
  };
}

function accessTo({ policy }: ConsoleParts, slug: string): ObjectDetails['access'] {
  const { bundle, compiled } = policy.inForce();
  return bundle.principals.flatMap(({ id, email, name }) => {
    const mask = evaluate(compiled, id, slug);
    return mask === 0 ? [] : [{ email, name, permissions: permissionsOf(mask) }];
  });
}

/** Browsers ask with what they have; every one of them takes gzip. */
function sendList(request: FastifyRequest, reply: FastifyReply, { etag, gzip }: PackedList): FastifyReply {
  reply.headers({ etag, 'cache-control': 'private, no-cache', vary: 'cookie' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.headers({ 'content-type': 'application/json', 'content-encoding': 'gzip' }).send(gzip);
}
