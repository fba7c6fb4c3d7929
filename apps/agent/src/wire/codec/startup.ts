import { BodyReader, CodecError, cstring, int32 } from './bytes.js';

/** Longest start-up packet: MAX_STARTUP_PACKET_LENGTH of the server (src/include/libpq/pqcomm.h). */
export const MAX_STARTUP_BYTES = 10_000;

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

/** What a connection may begin with: packets without a type byte. */
export type StartupPacket =
  | { readonly kind: 'ssl' | 'gssenc' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secretKey: Buffer }
  | {
      readonly kind: 'startup';
      readonly major: number;
      readonly minor: number;
      /** In the order given, the last of two of one name counting, as the server has it. */
      readonly parameters: ReadonlyMap<string, string>;
    };

/** The first packet in `bytes` and the bytes after it, or undefined while it is not whole; throws {@link CodecError}. */
export function takeStartup(bytes: Buffer): { packet: StartupPacket; rest: Buffer } | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length < 8 || length > MAX_STARTUP_BYTES) throw new CodecError('invalid length of startup packet');
  if (bytes.length < length) return undefined;
  return { packet: startupPacket(bytes.subarray(0, length)), rest: bytes.subarray(length) };
}

function startupPacket(bytes: Buffer): StartupPacket {
  const reader = new BodyReader(bytes, 4);
  const code = reader.uint32();
  if (code === SSL_REQUEST || code === GSSENC_REQUEST) {
    reader.end();
    return { kind: code === SSL_REQUEST ? 'ssl' : 'gssenc' };
  }
  if (code === CANCEL_REQUEST) {
    // Keys are 4 bytes in protocol 3.0 and up to 256 in 3.2.
    const processId = reader.int32();
    if (reader.left < 1 || reader.left > 256) throw new CodecError('invalid length of cancel request');
    return { kind: 'cancel', processId, secretKey: Buffer.from(reader.bytes(reader.left)) };
  }
  const parameters = new Map<string, string>();
  const version = { major: code >>> 16, minor: code & 0xffff };
  // Another major version may well be laid out otherwise.
  if (version.major !== 3) return { kind: 'startup', ...version, parameters };
  for (let name = reader.string(); name !== ''; name = reader.string()) parameters.set(name, reader.string());
  reader.end();
  return { kind: 'startup', ...version, parameters };
}

/** The packet that asks for TLS. */
export const sslRequest = (): Buffer => Buffer.concat([int32(8), int32(SSL_REQUEST)]);

/** The packet that asks for GSSAPI encryption. */
export const gssencRequest = (): Buffer => Buffer.concat([int32(8), int32(GSSENC_REQUEST)]);

/** The packet that asks to cancel what a session does. */
export const cancelRequest = (processId: number, secretKey: Buffer): Buffer =>
  Buffer.concat([int32(12 + secretKey.length), int32(CANCEL_REQUEST), int32(processId), secretKey]);

/** The packet that begins a session. */
export function startupMessage(parameters: Readonly<Record<string, string>>, minor = 0): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [cstring(name), cstring(value)]);
  const body = Buffer.concat([int32((3 << 16) | minor), ...pairs, Buffer.of(0)]);
  return Buffer.concat([int32(body.length + 4), body]);
}
