import { isNumber, isNumberType } from '@postern/core/results';
import type { ResultSet } from './result-set';

export interface Sort {
  readonly column: number;
  readonly isDescending: boolean;
}

type Compare = (left: string, right: string) => number;

const collator = new Intl.Collator(undefined, { numeric: false });

/** Digits of a decimal, so that none is lost: sign, whole part, fraction. */
function compareDigits(left: string, right: string): number {
  const parts = (text: string) => {
    const [whole = '', fraction = ''] = text.replace(/^-/, '').split('.');
    return { whole: whole.replace(/^0+(?=\d)/, ''), fraction };
  };
  const [a, b] = [parts(left), parts(right)];
  const width = Math.max(a.fraction.length, b.fraction.length);
  const [x, y] = [a, b].map(({ whole, fraction }) => BigInt(whole + fraction.padEnd(width, '0')));
  const size = (x ?? 0n) < (y ?? 0n) ? -1 : (x ?? 0n) > (y ?? 0n) ? 1 : 0;
  return left.startsWith('-') ? -size : size;
}

/** As PostgreSQL orders numbers: NaN is the largest. */
const compareNumbers: Compare = (left, right) => {
  const [a, b] = [Number(left), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (a !== b) return a - b;
  // Two long numbers may be one double.
  const isExact = isNumber(left) && isNumber(right) && !/[eE]/.test(left + right);
  return isExact && left !== right ? compareDigits(left, right) : 0;
};

const INSTANT = /^(\d+-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(?::?(\d\d))?$/;

/** Instants in different offsets, to the microsecond; whatever is none of these (`infinity`, BC) by its text. */
const compareInstants: Compare = (left, right) => {
  const [a, b] = [INSTANT.exec(left), INSTANT.exec(right)];
  const infinite = (text: string) => (text === 'infinity' ? 1 : text === '-infinity' ? -1 : 0);
  if (infinite(left) !== infinite(right)) return infinite(left) - infinite(right);
  if (!a || !b) return left < right ? -1 : left > right ? 1 : 0;
  const time = ([, date, clock, , hours, minutes = '00']: RegExpExecArray) =>
    Date.parse(`${date}T${clock}${hours}:${minutes}`);
  return time(a) - time(b) || Number(a[3] ?? 0) - Number(b[3] ?? 0);
};

export function compareFor(type: string): Compare {
  if (isNumberType(type)) return compareNumbers;
  if (type === 'timestamp with time zone') return compareInstants;
  if (/^(date|timestamp|time|uuid|boolean|bytea)/.test(type)) {
    return (left, right) => (left < right ? -1 : left > right ? 1 : 0);
  }
  return (left, right) => collator.compare(left, right);
}

/** Rows of a result as they are shown: those that hold the text of the filter, sorted, NULL as the largest value. Undefined: all, as they came. */
export function orderOf(result: ResultSet, sort: Sort | null, filter: string): Uint32Array | undefined {
  const wanted = filter.trim().toLowerCase();
  if (sort === null && wanted === '') return undefined;
  const { rows, columns } = result;
  let order = Uint32Array.from({ length: rows.count }, (_, row) => row);
  if (wanted !== '') {
    order = order.filter((row) =>
      rows.row(row).some((value) => value?.toLowerCase().includes(wanted) ?? wanted === 'null'),
    );
  }
  if (sort === null) return order;
  const keys = new Map<number, string | null>();
  for (const row of order) keys.set(row, rows.value(row, sort.column) ?? null);
  const compare = compareFor(columns[sort.column]?.type ?? '');
  const sign = sort.isDescending ? -1 : 1;
  return order.sort((left, right) => {
    const [a, b] = [keys.get(left) ?? null, keys.get(right) ?? null];
    if (a === null || b === null) return sign * (Number(a === null) - Number(b === null)) || left - right;
    return sign * compare(a, b) || left - right;
  });
}
