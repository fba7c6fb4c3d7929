import { isUtf8 } from 'node:buffer';

/** Longer lines are thrown away as they come: nothing that long could be understood. */
export const MAX_LINE_BYTES = 64_000_000;

/** One line of the input, or why it cannot be read. */
export type Line = { readonly text: string } | { readonly problem: 'too_long' | 'not_utf8' };

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, all that a chunk completes at once: whoever answers them can write once a chunk.
 * Bytes, not text: a character may be cut by a chunk's end, and what is no UTF-8 must not become something else.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (end: Buffer): Line => {
    const line = lineOf(pieces, length + end.length, end);
    pieces = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      lines.push(take(chunk.subarray(from, to)));
      from = to + 1;
    }
    length += chunk.length - from;
    if (length > MAX_LINE_BYTES) pieces = [];
    else if (from < chunk.length) pieces.push(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [take(Buffer.alloc(0))];
}

function lineOf(pieces: readonly Buffer[], length: number, end: Buffer): Line {
  if (length > MAX_LINE_BYTES) return { problem: 'too_long' };
  const bytes = pieces.length === 0 ? end : Buffer.concat([...pieces, end]);
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { problem: 'not_utf8' };
}
