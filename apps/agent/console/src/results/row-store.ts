const HEADER_BYTES = 5;
const decoder = new TextDecoder();

/** Some rows in one piece of memory, with where each begins. */
interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly starts: Uint32Array;
  /** Number of its first row. */
  readonly first: number;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The rows of a result as PostgreSQL sent them (DataRow messages). Values are decoded when somebody looks at them, so a
 * million rows cost their bytes and four more each.
 */
export class RowStore {
  readonly #chunks: Chunk[] = [];
  /** Parts of a row that has not come to its end. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Bytes that the parts must have before a row can be in them. */
  #need = HEADER_BYTES;
  #count = 0;
  #bytes = 0;
  #last: Chunk | undefined;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
    if (this.#partBytes < this.#need) return;
    this.#cut(this.#parts.length === 1 ? bytes : joined(this.#parts, this.#partBytes));
  }

  #cut(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    const starts: number[] = [];
    let at = 0;
    this.#need = HEADER_BYTES;
    while (at + HEADER_BYTES <= bytes.length) {
      const length = 1 + view.getUint32(at + 1);
      this.#need = length;
      if (at + length > bytes.length) break;
      starts.push(at);
      at += length;
      this.#need = HEADER_BYTES;
    }
    if (starts.length > 0) {
      const whole = bytes.subarray(0, at);
      this.#chunks.push({
        bytes: whole,
        view: viewOf(whole),
        starts: Uint32Array.from(starts),
        first: this.#count,
      });
      this.#count += starts.length;
    }
    // A copy, so that a small rest does not hold on to a large piece.
    const rest = at === 0 ? bytes : bytes.slice(at);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#partBytes = rest.length;
  }

  /** Null is NULL, never ''. Undefined: there is no such row or column. */
  value(row: number, column: number): string | null | undefined {
    const chunk = this.#chunkOf(row);
    if (chunk === undefined) return undefined;
    const { view, bytes } = chunk;
    let at = (chunk.starts[row - chunk.first] ?? 0) + HEADER_BYTES;
    const columns = view.getUint16(at);
    if (column >= columns) return undefined;
    at += 2;
    for (let left = column; left > 0; left--) at += 4 + Math.max(0, view.getInt32(at));
    const length = view.getInt32(at);
    return length < 0 ? null : decoder.decode(bytes.subarray(at + 4, at + 4 + length));
  }

  row(row: number): (string | null)[] {
    const chunk = this.#chunkOf(row);
    if (chunk === undefined) return [];
    const { view, bytes } = chunk;
    let at = (chunk.starts[row - chunk.first] ?? 0) + HEADER_BYTES;
    const values: (string | null)[] = [];
    const columns = view.getUint16(at);
    at += 2;
    for (let left = columns; left > 0; left--) {
      const length = view.getInt32(at);
      at += 4;
      values.push(length < 0 ? null : decoder.decode(bytes.subarray(at, at + length)));
      at += Math.max(0, length);
    }
    return values;
  }

  #chunkOf(row: number): Chunk | undefined {
    if (row < 0 || row >= this.#count) return undefined;
    const last = this.#last;
    if (last && row >= last.first && row < last.first + last.starts.length) return last;
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.first ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    this.#last = this.#chunks[low];
    return this.#last;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
