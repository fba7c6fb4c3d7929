/** Rows leave in pieces of this size, the last ones and the first ones excepted. */
const PIECE_BYTES = 64 * 1024;
/** Kept for the next result; who needs more at a time makes them. */
const KEPT = 32;

/**
 * Memory for rows on their way to a window, used again and again: made anew for each piece, it has the garbage collector run all the
 * time that a long result takes.
 */
export class Pieces {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  /** Nobody reads it any more. */
  giveBack(piece: Buffer): void {
    if (this.#free.length < KEPT) this.#free.push(piece);
  }
}
