/** A column of a result; `type` as format_type prints it. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/** Values as PostgreSQL prints them; null is NULL, never ''. */
export type Row = readonly (string | null)[];

/** Writes a result in one format. What it returns goes into the file, in order. */
export interface RowWriter {
  begin(columns: readonly ResultColumn[]): string | Uint8Array;
  row(row: Row): string | Uint8Array;
  end(): string | Uint8Array | Promise<string | Uint8Array>;
}

/** Types whose values are numbers, arrays of them excepted. */
const NUMBERS = /^(smallint|integer|bigint|real|double precision|numeric|oid)\b(?!.*\[)/;
/** A number as JSON and SQL write them; NaN and Infinity are none. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Whether values of a type are numbers: `numeric(10,2)` is as much one as `integer`. */
export const isNumberType = (type: string): boolean => NUMBERS.test(type);
/** Whether a value is a number as JSON and SQL write them: NaN and Infinity are none. */
export const isNumber = (value: string): boolean => NUMBER.test(value);

/** Names that all differ, for formats that know a column by its name: the second `a` is `a_2`. */
export function distinctNames(columns: readonly ResultColumn[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let distinct = name;
    for (let number = 2; taken.has(distinct); number++) distinct = `${name}_${number}`;
    taken.add(distinct);
    return distinct;
  });
}
