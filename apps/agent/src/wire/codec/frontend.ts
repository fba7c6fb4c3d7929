import { BodyReader, CodecError, cstring, int16, int32, message } from './bytes.js';

/** Types of the messages that clients send (PostgreSQL docs, "Message Formats"). */
export const FRONTEND = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  /** Password, SASLInitialResponse, SASLResponse: which one it is, the state tells. */
  password: 0x70,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** The text of a Query; undefined where it is not UTF-8, which no database of UTF-8 would take. */
export function readQuery(raw: Buffer): { text: string | undefined } {
  const reader = new BodyReader(raw);
  const text = reader.stringIfUtf8();
  reader.end();
  return { text };
}

/** One for all, by which it is known again. */
const NO_TYPES: readonly number[] = [];

export interface ParseMessage {
  /** Empty: the unnamed statement. */
  readonly name: string;
  /** Undefined where it is not UTF-8. */
  readonly text: string | undefined;
  /** OIDs; 0 where the server is to find out. */
  readonly parameterTypes: readonly number[];
}

export function readParse(raw: Buffer): ParseMessage {
  const reader = new BodyReader(raw);
  const name = reader.string();
  const text = reader.stringIfUtf8();
  const types = count(reader);
  const parameterTypes = types === 0 ? NO_TYPES : Array.from({ length: types }, () => reader.uint32());
  reader.end();
  return { name, text, parameterTypes };
}

export interface BindMessage {
  readonly portal: string;
  readonly statement: string;
  readonly parameterCount: number;
}

/** Names and the number of parameters; their values are walked over, not looked at. */
export function readBind(raw: Buffer): BindMessage {
  const reader = new BodyReader(raw);
  const portal = reader.string();
  const statement = reader.string();
  reader.skip(2 * count(reader));
  const parameterCount = count(reader);
  for (let index = 0; index < parameterCount; index++) {
    const length = reader.int32();
    if (length < -1) throw new CodecError('a parameter has a negative length');
    if (length > 0) reader.skip(length);
  }
  reader.skip(2 * count(reader));
  reader.end();
  return { portal, statement, parameterCount };
}

/** A value of a Bind: long ones are cut, and known by length and hash. */
export interface BoundValue {
  readonly isBinary: boolean;
  /** Its beginning where `whole` is there; undefined: null. */
  readonly bytes: Buffer | undefined;
  readonly whole?: { readonly bytes: number; readonly sha256: string };
}

/** The values of a Bind that {@link readBind} has read: copies, at most so many and none longer than so many bytes. */
export function readBoundValues(
  raw: Buffer,
  most: { readonly values: number; readonly bytes: number; hash(all: Buffer): string },
): readonly BoundValue[] {
  const reader = new BodyReader(raw);
  reader.string();
  reader.string();
  const formats = Array.from({ length: count(reader) }, () => reader.int16());
  const length = Math.min(count(reader), most.values);
  return Array.from({ length }, (_, index) => {
    // One format stands for all (PostgreSQL docs, "Bind").
    const isBinary = (formats.length === 1 ? formats[0] : formats[index]) === 1;
    const size = reader.int32();
    if (size < 0) return { isBinary, bytes: undefined };
    const all = reader.bytes(size);
    if (size <= most.bytes) return { isBinary, bytes: Buffer.from(all) };
    const sha256 = most.hash(all);
    return { isBinary, bytes: Buffer.from(all.subarray(0, most.bytes)), whole: { bytes: size, sha256 } };
  });
}

/** What Describe and Close are about. */
export interface NamedMessage {
  readonly kind: 'statement' | 'portal';
  readonly name: string;
}

/** Describe or Close. */
export function readNamed(raw: Buffer): NamedMessage {
  const reader = new BodyReader(raw);
  const letter = reader.byte();
  const name = reader.string();
  reader.end();
  if (letter === 0x53) return { kind: 'statement', name };
  if (letter === 0x50) return { kind: 'portal', name };
  throw new CodecError('a Describe or Close message is about neither a statement nor a portal');
}

/** `maxRows` 0 is no limit. */
export function readExecute(raw: Buffer): { portal: string; maxRows: number } {
  const reader = new BodyReader(raw);
  const portal = reader.string();
  const maxRows = reader.int32();
  reader.end();
  return { portal, maxRows };
}

export function readSaslInitial(raw: Buffer): { mechanism: string; data: Buffer } {
  const reader = new BodyReader(raw);
  const mechanism = reader.string();
  const length = reader.int32();
  const data = length === -1 ? Buffer.alloc(0) : reader.bytes(length);
  reader.end();
  return { mechanism, data };
}

export function readSaslResponse(raw: Buffer): Buffer {
  const reader = new BodyReader(raw);
  return reader.bytes(reader.left);
}

// The server reads the counts as unsigned 16-bit numbers (pq_getmsgint(…, 2)).
const count = (reader: BodyReader): number => reader.int16() & 0xffff;

const named = (type: number, { kind, name }: NamedMessage): Buffer =>
  message(type, Buffer.of(kind === 'statement' ? 0x53 : 0x50), cstring(name));

export const queryMessage = (text: string): Buffer => message(FRONTEND.query, cstring(text));

export const parseMessage = (name: string, text: string, parameterTypes: readonly number[] = []): Buffer =>
  message(
    FRONTEND.parse,
    cstring(name),
    cstring(text),
    int16(parameterTypes.length),
    ...parameterTypes.map((oid) => int32(oid)),
  );

/** A Bind of text parameters, all results as text. */
export const bindMessage = (
  portal: string,
  statement: string,
  values: readonly (string | null)[] = [],
): Buffer =>
  message(
    FRONTEND.bind,
    cstring(portal),
    cstring(statement),
    int16(0),
    int16(values.length),
    ...values.flatMap((value) => {
      if (value === null) return [int32(-1)];
      const bytes = Buffer.from(value);
      return [int32(bytes.length), bytes];
    }),
    int16(0),
  );

export const describeMessage = (of: NamedMessage): Buffer => named(FRONTEND.describe, of);
export const closeMessage = (of: NamedMessage): Buffer => named(FRONTEND.close, of);
export const executeMessage = (portal: string, maxRows = 0): Buffer =>
  message(FRONTEND.execute, cstring(portal), int32(maxRows));
export const syncMessage = (): Buffer => message(FRONTEND.sync);
export const flushMessage = (): Buffer => message(FRONTEND.flush);
export const terminateMessage = (): Buffer => message(FRONTEND.terminate);
export const copyFailMessage = (reason: string): Buffer => message(FRONTEND.copyFail, cstring(reason));
export const copyDoneMessage = (): Buffer => message(FRONTEND.copyDone);
export const copyDataMessage = (bytes: Buffer): Buffer => message(FRONTEND.copyData, bytes);

export const saslInitialMessage = (mechanism: string, data: Buffer): Buffer =>
  message(FRONTEND.password, cstring(mechanism), int32(data.length), data);
export const saslResponseMessage = (data: Buffer): Buffer => message(FRONTEND.password, data);
