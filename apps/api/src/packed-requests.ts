import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { PATHS } from '@postern/protocol/version';
import type { FastifyInstance } from 'fastify';

/** The one request that is large: the others are not worth it. */
const isPush = (url: string): boolean => url.split('?')[0]?.endsWith(PATHS.audit) === true;

const unsupported = () =>
  Object.assign(new Error('a request may be compressed with gzip only, and only a push of the audit'), {
    statusCode: 415,
  });

/**
 * Agents may compress what they push (RFC 9110, Content-Encoding), as every answer to a push says (RFC 7694). Signature and limit of
 * the size are about what it unpacks to; unpacking stops at that limit.
 */
export function unpackRequests(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return done(null, payload);
    if (encoding !== 'gzip' || !isPush(request.url)) return done(unsupported());
    done(null, unpacked(payload as Readable));
  });
  fastify.addHook('onSend', async (request, reply) => {
    if (isPush(request.url)) reply.header('accept-encoding', 'gzip');
  });
}

/** A push is read where it is stored, from its bytes; the body of any other request is parsed as it comes. */
export function leavePushesUnparsed(adapter: FastifyAdapter, bodyLimit: number): void {
  adapter.useBodyParser('application/json', true, { bodyLimit }, (request, body, done) => {
    if (isPush(request.url)) return done(null, body);
    const { getDefaultJsonParser } = adapter.getInstance<FastifyInstance>();
    getDefaultJsonParser('error', 'error')(request, body as never, done);
  });
}

/** Each piece of what is unpacked is a trip to another thread and back. */
const PIECE_BYTES = 256 * 1024;

/** Fastify compares Content-Length with what has come, not with what it unpacked to. */
function unpacked(packed: Readable): Readable & { receivedEncodedLength: number } {
  const plain = Object.assign(createGunzip({ chunkSize: PIECE_BYTES }), { receivedEncodedLength: 0 });
  packed.on('data', (chunk: Buffer) => {
    plain.receivedEncodedLength += chunk.length;
  });
  packed.once('error', (error) => plain.destroy(error));
  return packed.pipe(plain);
}
