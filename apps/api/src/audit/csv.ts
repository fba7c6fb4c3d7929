/**
 * What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), and the mark itself, so that it can be taken away
 * again: a text that begins with one of these gets one apostrophe in front, and nothing else is ever changed.
 */
const FORMULA_OR_MARK = /^[=+\-@\t\r\n'\uff1d\uff0b\uff0d\uff20]/;

/** One cell, RFC 4180. Numbers are never marked: they are no texts of anybody's. */
function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA_OR_MARK.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record with its line end, RFC 4180. */
export function csvLine(values: readonly (string | number | null | undefined)[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}
