/** A mark that a statement carries in its text, so that the same statement is found again in every ledger. */
const MARK = /\bm_\d+_\d+\b/g;

/** What a client knows of one marked text. */
export interface Said {
  readonly mark: string;
  readonly text: string;
  readonly person: string;
  /** How often it was given to the socket to run: whether it arrived is another matter. */
  sent: number;
  /** How often the answer said that it ran to its end. */
  succeeded: number;
  /** How often the agent refused it. */
  refused: number;
}

/** The clients' own ledger: what they sent, and what they were told. */
export class Journal {
  readonly said = new Map<string, Said>();
  /** Errors that clients saw, by code. */
  readonly errors = new Map<string, number>();
  #lastOf = new Map<number, number>();

  /** A text with a mark that no other text has. */
  text(lane: number, person: string, make: (mark: string) => string): Said {
    const number = (this.#lastOf.get(lane) ?? 0) + 1;
    this.#lastOf.set(lane, number);
    const mark = `m_${lane}_${number}`;
    const said: Said = { mark, text: make(mark), person, sent: 0, succeeded: 0, refused: 0 };
    this.said.set(mark, said);
    return said;
  }

  /** Statements whose answer said that they ran to their end. */
  get succeeded(): number {
    let sum = 0;
    for (const { succeeded } of this.said.values()) sum += succeeded;
    return sum;
  }

  error(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}

export const marksIn = (text: string): string[] => text.match(MARK) ?? [];
