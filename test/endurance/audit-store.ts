import { CHAIN_START, type ChainedEvent, followsChain } from '@postern/core/audit';
import type { TakeAudit } from '../bench/wire-plane.js';

/** A control plane's side of the audit, by the protocol's words: each number once, no gap, no hash that does not follow. */
export class AuditStore {
  readonly events: ChainedEvent[] = [];
  /** Pushes that were refused because a hash did not follow: there must be none. */
  readonly broken: number[] = [];
  /** Events that came again: allowed, and kept once. */
  again = 0;

  readonly take: TakeAudit = (events) => {
    const expectedSeq = this.#head.seq + 1;
    const [first] = events;
    if (first === undefined || first.seq > expectedSeq) return refused('audit.gap', { expectedSeq });
    for (const event of events) {
      if (event.seq <= this.#head.seq) {
        this.again += 1;
        continue;
      }
      if (!followsChain(this.#head.hash, event)) {
        this.broken.push(event.seq);
        return refused('audit.broken_chain', {});
      }
      this.events.push(event);
    }
    return { status: 200, body: { ackedSeq: this.#head.seq } };
  };

  get #head(): { readonly seq: number; readonly hash: string } {
    return this.events.at(-1) ?? { seq: 0, hash: CHAIN_START };
  }
}

const refused = (code: string, facts: object) => ({
  status: 409,
  body: { error: { code, message: 'not taken', facts } },
});
