import type { StreamColumn } from '@postern/agent/console-contract';
import { ResultSet } from '../src/results/result-set';

/** DataRow messages, built independently of what reads them. */
export function dataRows(rows: readonly (readonly (string | null)[])[]): Uint8Array {
  const messages = rows.map((row) => {
    const values = row.map((value) => {
      if (value === null) return Buffer.from([0xff, 0xff, 0xff, 0xff]);
      const text = Buffer.from(value, 'utf8');
      const length = Buffer.alloc(4);
      length.writeInt32BE(text.length);
      return Buffer.concat([length, text]);
    });
    const body = Buffer.concat(values);
    const head = Buffer.alloc(7);
    head.write('D');
    head.writeInt32BE(body.length + 6, 1);
    head.writeInt16BE(row.length, 5);
    return Buffer.concat([head, body]);
  });
  return new Uint8Array(Buffer.concat(messages));
}

/** A result that is complete. */
export function resultOf(
  columns: readonly StreamColumn[],
  rows: readonly (readonly (string | null)[])[],
  statement = 1,
): ResultSet {
  const result = new ResultSet({ statement, kind: 'SELECT', start: 0, end: 8 });
  result.columns = columns;
  result.rows.push(dataRows(rows));
  const times = { durationMs: 1, firstRowMs: 1, waitedMs: 0 };
  const command = `SELECT ${rows.length}`;
  result.complete = {
    ...{ type: 'complete', id: 1, statement, command, columns: [...columns], truncated: false, ...times },
    rowCount: rows.length,
  };
  result.isOver = true;
  return result;
}
