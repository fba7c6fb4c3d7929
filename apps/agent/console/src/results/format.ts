/** `1234567` → `1,234,567`; the digits of a count, never of a value. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 row`, `2 rows`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** How long something took, in the unit that reads best: `0.4 ms`, `12 ms`, `3.4 s`, `2 m 05 s`. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

const NUMERIC = new Set([
  ...['int2', 'int4', 'int8', 'smallint', 'integer', 'bigint', 'float4', 'float8', 'real'],
  ...['double precision', 'numeric', 'decimal', 'money', 'oid', 'xid', 'xid8'],
]);

/** Whether values of a type line up on the right. `numeric(10,2)` is as numeric as `numeric`. */
export function isNumeric(type: string): boolean {
  return NUMERIC.has(type.replace(/\(.*$/, '').trim().toLowerCase());
}

/** `12:04:07`, in the reader's own time zone. */
export function clock(instant: string | number | Date): string {
  return new Date(instant).toLocaleTimeString('en-GB', { hour12: false });
}

/** The line of a text in which a position stands, with where it stands there: what psql prints under an error. */
export function lineAt(text: string, position: number): { number: number; text: string; column: number } {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const end = text.indexOf('\n', position);
  return {
    number: text.slice(0, start).split('\n').length,
    text: text.slice(start, end < 0 ? text.length : end),
    column: position - start,
  };
}
