import { BodyReader, CodecError, cstring, int32, message } from './bytes.js';

/** Types of the messages that servers send. */
export const BACKEND = {
  authentication: 0x52,
  backendKeyData: 0x4b,
  bindComplete: 0x32,
  closeComplete: 0x33,
  commandComplete: 0x43,
  copyBothResponse: 0x57,
  copyData: 0x64,
  copyDone: 0x63,
  copyInResponse: 0x47,
  copyOutResponse: 0x48,
  dataRow: 0x44,
  emptyQueryResponse: 0x49,
  errorResponse: 0x45,
  functionCallResponse: 0x56,
  negotiateProtocolVersion: 0x76,
  noData: 0x6e,
  noticeResponse: 0x4e,
  notificationResponse: 0x41,
  parameterDescription: 0x74,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  portalSuspended: 0x73,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
} as const;

export type TransactionStatus = 'I' | 'T' | 'E';

/** Fields of an error or notice (PostgreSQL docs, "Error and Notice Message Fields"). */
export interface ErrorFields {
  readonly severity: 'ERROR' | 'FATAL' | 'PANIC' | 'WARNING' | 'NOTICE' | 'DEBUG' | 'INFO' | 'LOG';
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** 1-based, in characters (code points), of the text that was sent. */
  readonly position?: number | undefined;
}

/** A field ends at a zero byte: one inside a text is left out. */
const field = (letter: string, value: string): Buffer =>
  Buffer.concat([Buffer.from(letter), cstring(value.replaceAll('\0', ''))]);

function fields(type: number, of: ErrorFields): Buffer {
  const { severity, code, detail, hint, position } = of;
  return message(
    type,
    field('S', severity),
    field('V', severity),
    field('C', code),
    field('M', of.message),
    ...(detail === undefined ? [] : [field('D', detail)]),
    ...(hint === undefined ? [] : [field('H', hint)]),
    ...(position === undefined ? [] : [field('P', String(position))]),
    Buffer.of(0),
  );
}

export const errorResponse = (of: ErrorFields): Buffer => fields(BACKEND.errorResponse, of);
export const noticeResponse = (of: ErrorFields): Buffer => fields(BACKEND.noticeResponse, of);

/** The fields of an error or notice by their letter: `C` SQLSTATE, `M` message, `S`/`V` severity … */
export function readErrorFields(raw: Buffer): ReadonlyMap<string, string> {
  const reader = new BodyReader(raw);
  const found = new Map<string, string>();
  for (let letter = reader.byte(); letter !== 0; letter = reader.byte()) {
    // A server in another encoding may send what is no UTF-8 before the session is set up.
    found.set(String.fromCharCode(letter), reader.rawString().toString('utf8'));
  }
  reader.end();
  return found;
}

/** OIDs of the types that ParameterDescription tells. */
export function readParameterTypes(raw: Buffer): readonly number[] {
  const reader = new BodyReader(raw);
  const types = Array.from({ length: reader.int16() & 0xffff }, () => reader.uint32());
  reader.end();
  return types;
}

/** `SELECT 5` and the like. */
export function readCommandTag(raw: Buffer): string {
  return new BodyReader(raw).latin1();
}

/** Rows that a command tag tells: returned or changed; null where it tells none. */
export function rowsOfTag(tag: string): number | null {
  const last = /^(?:SELECT|INSERT \d+|UPDATE|DELETE|MERGE|MOVE|FETCH|COPY) (\d+)$/.exec(tag)?.[1];
  return last === undefined ? null : Number(last);
}

export function readTransactionStatus(raw: Buffer): TransactionStatus {
  const letter = String.fromCharCode(new BodyReader(raw).byte());
  if (letter === 'I' || letter === 'T' || letter === 'E') return letter;
  throw new CodecError('the server is ready in a way that does not exist');
}

export function readParameterStatus(raw: Buffer): { name: string; value: string } {
  const reader = new BodyReader(raw);
  const name = reader.rawString().toString('utf8');
  return { name, value: reader.rawString().toString('utf8') };
}

const authentication = (kind: number, ...rest: readonly Buffer[]): Buffer =>
  message(BACKEND.authentication, int32(kind), ...rest);

export const authenticationOk = (): Buffer => authentication(0);
export const authenticationSasl = (mechanisms: readonly string[]): Buffer =>
  authentication(10, ...mechanisms.map(cstring), Buffer.of(0));
export const authenticationSaslContinue = (data: Buffer): Buffer => authentication(11, data);
export const authenticationSaslFinal = (data: Buffer): Buffer => authentication(12, data);

/** The newest minor version that is spoken here, and the `_pq_.` options that are not known. */
export const negotiateProtocolVersion = (minor: number, unknownOptions: readonly string[]): Buffer =>
  message(
    BACKEND.negotiateProtocolVersion,
    // The whole version, as libpq checks it (pqGetNegotiateProtocolVersion3).
    int32((3 << 16) | minor),
    int32(unknownOptions.length),
    ...unknownOptions.map(cstring),
  );

export const backendKeyData = (processId: number, secretKey: Buffer): Buffer =>
  message(BACKEND.backendKeyData, int32(processId), secretKey);
export const parameterStatus = (name: string, value: string): Buffer =>
  message(BACKEND.parameterStatus, cstring(name), cstring(value));
export const readyForQuery = (status: TransactionStatus): Buffer =>
  message(BACKEND.readyForQuery, Buffer.from(status));
export const commandComplete = (tag: string): Buffer => message(BACKEND.commandComplete, cstring(tag));
export const emptyQueryResponse = (): Buffer => message(BACKEND.emptyQueryResponse);
