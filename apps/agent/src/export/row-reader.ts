import type { Row } from '@postern/core/results';

const HEADER_BYTES = 5;

/** Reads the values of PostgreSQL's DataRow messages, which come in pieces of any size. Null is NULL. */
export class RowReader {
  #parts: Buffer[] = [];
  #size = 0;
  #need = HEADER_BYTES;

  /** Calls back for each row that has come to its end. What it keeps of the bytes it copies. */
  push(bytes: Buffer, onRow: (row: Row) => void): void {
    this.#size += bytes.length;
    if (this.#size < this.#need) {
      this.#parts.push(Buffer.from(bytes));
      return;
    }
    const whole = this.#parts.length === 0 ? bytes : Buffer.concat([...this.#parts, bytes], this.#size);
    let at = 0;
    this.#need = HEADER_BYTES;
    while (whole.length - at >= HEADER_BYTES) {
      this.#need = 1 + whole.readUInt32BE(at + 1);
      if (whole.length - at < this.#need) break;
      onRow(valuesOf(whole, at + HEADER_BYTES));
      at += this.#need;
      this.#need = HEADER_BYTES;
    }
    const rest = whole.subarray(at);
    this.#parts = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#size = rest.length;
  }
}

function valuesOf(bytes: Buffer, start: number): Row {
  const row: (string | null)[] = [];
  let at = start + 2;
  for (let left = bytes.readUInt16BE(start); left > 0; left--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) row.push(null);
    else {
      row.push(bytes.toString('utf8', at, at + length));
      at += length;
    }
  }
  return row;
}
