import { z } from 'zod';

import { CHAIN_START, canonicalJson, chainText, type Sha256Hex, sha256Hex } from './chain.js';

/** A link as it was stored or exported: what it says is not believed. */
export interface StoredLink {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
  readonly event: unknown;
}

/**
 * What is wrong with a trail. `altered`: an event is not what was recorded; `missing`: one is not there; `repeated`: a number stands
 * twice; `cut_off`: the end is gone; `rewritten`: a whole chain was made anew; `unproved`: gone, and no record says why;
 * `search_columns`: searches are shown something else than the event says; `unchained`: one that no chain holds.
 */
export const TRAIL_PROBLEMS = [
  'altered',
  'missing',
  'repeated',
  'cut_off',
  'rewritten',
  'unproved',
  'search_columns',
  'unchained',
] as const;
export interface TrailProblem {
  readonly code: (typeof TRAIL_PROBLEMS)[number];
  /** Number in its chain, where it has one. */
  readonly seq: number | null;
  readonly message: string;
}

/** A stretch of a chain that retention removed, and the hash that the next event follows. */
export interface RemovedStretch {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly lastHash: string;
}

export const CHAIN_BEGIN = { seq: 0, hash: CHAIN_START };

/** Walks a chain in order of its numbers and finds the first link that is not as it was recorded. */
export class ChainCheck {
  #seq: number;
  #hash: string;
  readonly #removed: readonly RemovedStretch[];
  readonly #sha256: Sha256Hex;

  /** `after`: the last link that is known to be good. */
  constructor(
    after: { readonly seq: number; readonly hash: string } = CHAIN_BEGIN,
    removed: readonly RemovedStretch[] = [],
    sha256: Sha256Hex = sha256Hex,
  ) {
    this.#seq = after.seq;
    this.#hash = after.hash;
    this.#removed = removed;
    this.#sha256 = sha256;
  }

  /** The last good link. */
  get last(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#seq, hash: this.#hash };
  }

  /** The next link; answers with what is wrong, and then stays where it was. */
  add(link: StoredLink): TrailProblem | undefined {
    this.skipRemoved();
    const expected = this.#seq + 1;
    if (link.seq > expected)
      return {
        code: 'missing',
        seq: expected,
        message: `event ${expected} is not there; the next one is ${link.seq}`,
      };
    if (link.seq < expected)
      return { code: 'repeated', seq: link.seq, message: `there is another event ${link.seq}` };
    const hash = this.#sha256(chainText(this.#hash, link.seq, canonicalJson(link.event)));
    if (hash !== link.hash)
      return {
        code: 'altered',
        seq: link.seq,
        message: `event ${link.seq} is not what was recorded: its hash does not fit`,
      };
    this.#seq = link.seq;
    this.#hash = hash;
    return undefined;
  }

  /** Goes on behind what retention removed. */
  skipRemoved(): void {
    for (;;) {
      const next = this.#seq + 1;
      const stretch = this.#removed.find(({ fromSeq, toSeq }) => fromSeq <= next && next <= toSeq);
      if (stretch === undefined) return;
      this.#seq = stretch.toSeq;
      this.#hash = stretch.lastHash;
    }
  }
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What an anchor says: the heads of all chains of an organisation at an instant, and the anchor before it. */
export const auditAnchor = z.object({
  v: z.literal(1),
  orgId: z.uuid(),
  number: z.number().int().positive(),
  at: z.iso.datetime(),
  /** SHA-256 of the JWS before, or {@link CHAIN_START}. */
  prev: hash,
  chains: z.array(
    z.object({
      /** The agent's id, or the organisation's for its own. */
      chain: z.uuid(),
      seq: z.number().int().nonnegative(),
      hash,
      /** Stretches that retention had removed: first and last number. */
      removed: z.array(z.tuple([z.number().int(), z.number().int()])),
    }),
  ),
});
export type AuditAnchor = z.infer<typeof auditAnchor>;

/** A line of an exported trail: the event as it was recorded, and in `chain` where it stands. */
export const exportedLink = z
  .looseObject({
    chain: z.object({
      agentId: z.string().nullable(),
      seq: z.number().int().nullable(),
      hash: z.string().nullable(),
    }),
  })
  .transform(({ chain, ...event }) => ({ ...chain, event }));
