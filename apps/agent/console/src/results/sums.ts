import { isNumber } from '@postern/core/results';

export interface Sums {
  readonly count: number;
  readonly nulls: number;
  /** Over the values that are numbers; undefined where none is. */
  readonly numbers?: { readonly count: number; readonly sum: string; readonly average: string };
}

interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function decimalOf(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

function textOf({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** More digits than that nobody reads of an average. */
const AVERAGE_SCALE = 12;

function quotient({ digits, scale }: Decimal, count: number): string {
  const wide = Math.max(scale, AVERAGE_SCALE);
  const scaled = digits * 10n ** BigInt(wide - scale);
  const half = BigInt(count) / 2n;
  const rounded = (scaled + (scaled < 0n ? -half : half)) / BigInt(count);
  return textOf({ digits: rounded, scale: wide }).replace(/\.?0+$/, '');
}

/** Count, sum and average of a selection, computed with all digits: no number passes through a double. */
export function sumsOf(values: Iterable<string | null>): Sums {
  let [count, nulls, numbers, total] = [0, 0, 0, { digits: 0n, scale: 0 } as Decimal];
  for (const value of values) {
    count += 1;
    if (value === null) nulls += 1;
    else if (isNumber(value)) {
      numbers += 1;
      const next = decimalOf(value);
      const scale = Math.max(total.scale, next.scale);
      const digits =
        total.digits * 10n ** BigInt(scale - total.scale) + next.digits * 10n ** BigInt(scale - next.scale);
      total = { digits, scale };
    }
  }
  if (numbers === 0) return { count, nulls };
  return { count, nulls, numbers: { count: numbers, sum: textOf(total), average: quotient(total, numbers) } };
}
