import { ChainCheck, type StoredLink, type TrailProblem } from '@postern/core/audit';
import { sha256Hex } from '../audit/sha256.js';

/** Events from `from` on and before `to`, by the time that they name. */
export interface TimeRange {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

const timeOf = ({ event }: StoredLink): number => Date.parse(String((event as { at?: unknown } | null)?.at));

/**
 * Walks a chain in order and speaks only of what stands between its first and its last event of a time. What stands before that is
 * believed, as is the first event of a chain whose beginning is not here.
 */
export class StretchCheck {
  /** Good ones, up to the last of the time. */
  events = 0;
  problem: TrailProblem | undefined;
  #check: ChainCheck | undefined;
  #before: { readonly seq: number; readonly hash: string } | undefined;
  #good = 0;
  #pending: TrailProblem | undefined;
  readonly #from: number;
  readonly #to: number;

  /** `before`: the link that the first one follows, where that is known. */
  constructor(before: { readonly seq: number; readonly hash: string } | undefined, range: TimeRange) {
    this.#before = before;
    this.#from = range.from?.getTime() ?? Number.NEGATIVE_INFINITY;
    this.#to = range.to?.getTime() ?? Number.POSITIVE_INFINITY;
  }

  add(link: StoredLink): void {
    if (this.problem) return;
    const isIn = this.#isIn(link);
    if (!this.#check && !isIn) {
      this.#before = link;
      return;
    }
    this.#pending ??= this.#wrongWith(link);
    if (!isIn) return;
    this.problem = this.#pending;
    this.events = this.#good;
  }

  /** One that does not say when it was is in every time: nothing hides behind a broken clock. */
  #isIn(link: StoredLink): boolean {
    const at = timeOf(link);
    return Number.isNaN(at) || (at >= this.#from && at < this.#to);
  }

  #wrongWith(link: StoredLink): TrailProblem | undefined {
    const before = this.#before ?? link;
    this.#check ??= new ChainCheck(before, [], sha256Hex);
    const problem = before === link ? undefined : this.#check.add(link);
    if (!problem) this.#good += 1;
    this.#before ??= link;
    return problem;
  }
}
