import { crc32 } from 'node:zlib';

/** Frame of one record: [u32 length][u32 crc32 of the payload][payload], big endian. */
export const HEADER_BYTES = 8;

/** No record is longer: a length beyond it is damage, not data. */
const PAYLOAD_MAX = 4 * 1024 * 1024;

export interface Frame {
  readonly payload: Buffer;
  /** Offset of the next frame. */
  readonly end: number;
}

/** A unit of UTF-16 takes three bytes in UTF-8 at most. */
const UNIT_BYTES = 3;
/** Frames are put together here, unless they are long. */
const DESK = Buffer.allocUnsafeSlow(256 * 1024);

/** Frames one behind the other, in one piece. */
export function encodeFrames(payloads: readonly string[]): Buffer {
  let most = 0;
  for (const { length } of payloads) most += HEADER_BYTES + length * UNIT_BYTES;
  const frames = most <= DESK.length ? DESK : Buffer.allocUnsafe(most);
  let at = 0;
  for (const payload of payloads) {
    const start = at + HEADER_BYTES;
    const end = start + frames.write(payload, start);
    frames.writeUInt32BE(end - start, at);
    frames.writeUInt32BE(crc32(frames.subarray(start, end)), at + 4);
    at = end;
  }
  return Buffer.from(frames.subarray(0, at));
}

/** The frame at `offset`; undefined when what stands there is not a whole and right one: the torn tail. */
export function decodeFrame(bytes: Buffer, offset: number): Frame | undefined {
  if (offset + HEADER_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32BE(offset);
  const start = offset + HEADER_BYTES;
  if (length === 0 || length > PAYLOAD_MAX || start + length > bytes.length) return undefined;
  const payload = bytes.subarray(start, start + length);
  return crc32(payload) === bytes.readUInt32BE(offset + 4) ? { payload, end: start + length } : undefined;
}
