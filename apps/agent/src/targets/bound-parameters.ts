import { createHash } from 'node:crypto';
import type { AuditValue } from '@postern/core/audit';
import pg from 'pg';

/** What was bound to a statement. */
export interface BoundParameters {
  readonly count: number;
  /** OIDs, as far as they are known by now; 0: not known. */
  types(): readonly number[];
  /** Where the audit trail keeps them. */
  readonly values?: readonly RawValue[];
}

interface RawValue {
  readonly isBinary: boolean;
  readonly bytes: Buffer | undefined;
  readonly whole?: { readonly bytes: number; readonly sha256: string };
}

/** Of values that the audit trail keeps. */
export const KEPT = {
  values: 100,
  bytes: 256,
  hash: (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex'),
};

/** Values that came as text, as a request takes them. */
export function boundValues(values: readonly (string | null)[] | undefined): {
  values?: readonly (string | null)[];
  parameters?: BoundParameters;
} {
  if (values === undefined || values.length === 0) return {};
  const kept = values.slice(0, KEPT.values).map(rawValue);
  return { values, parameters: { count: values.length, types: () => [], values: kept } };
}

function rawValue(value: string | null): RawValue {
  if (value === null) return { isBinary: false, bytes: undefined };
  const all = Buffer.from(value);
  if (all.length <= KEPT.bytes) return { isBinary: false, bytes: all };
  const whole = { bytes: all.length, sha256: KEPT.hash(all) };
  return { isBinary: false, bytes: all.subarray(0, KEPT.bytes), whole };
}

const NAMES = new Map(
  Object.entries(pg.types.builtins).map(([name, oid]) => [Number(oid), name.toLowerCase()]),
);
/** pg_type.dat: types of arrays, which node-postgres does not list. */
const ARRAYS: Readonly<Record<number, string>> = {
  1000: 'bool[]',
  1001: 'bytea[]',
  1005: 'int2[]',
  1007: 'int4[]',
  1009: 'text[]',
  1015: 'varchar[]',
  1016: 'int8[]',
  1021: 'float4[]',
  1022: 'float8[]',
  1115: 'timestamp[]',
  1182: 'date[]',
  1185: 'timestamptz[]',
  1231: 'numeric[]',
  199: 'json[]',
  2951: 'uuid[]',
  3807: 'jsonb[]',
};

/** A name that people know; a database's own types have numbers. */
export const typeName = (oid: number): string =>
  oid === 0 ? 'unknown' : (NAMES.get(oid) ?? ARRAYS[oid] ?? `type ${oid}`);

const {
  BOOL,
  INT2,
  INT4,
  INT8,
  OID,
  FLOAT4,
  FLOAT8,
  NUMERIC,
  TEXT,
  VARCHAR,
  BPCHAR,
  JSON: JSON_TYPE,
  UUID,
} = pg.types.builtins;
/** Types whose binary form node-postgres reads without losing anything. */
const READ = new Set<number>([BOOL, INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC]);
const PLAIN = new Set<number>([TEXT, VARCHAR, BPCHAR, JSON_TYPE, 19]);

/** A value as the audit trail shows it: text as it came, binary values of common types read, others in hex. */
export function shownValue({ isBinary, bytes, whole }: RawValue, oid: number): AuditValue {
  if (bytes === undefined) return { text: null };
  const text = isBinary ? readBinary(bytes, oid) : bytes.toString('utf8');
  // A character may have been cut in two.
  return whole === undefined ? { text } : { text: text.replace(/\ufffd$/, ''), ...whole };
}

function readBinary(bytes: Buffer, oid: number): string {
  const hex = bytes.toString('hex');
  if (PLAIN.has(oid)) return bytes.toString('utf8');
  if (oid === UUID && bytes.length === 16) return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  if (!READ.has(oid)) return `\\x${hex}`;
  try {
    return String(pg.types.getTypeParser(oid, 'binary')(bytes));
  } catch {
    return `\\x${hex}`;
  }
}
