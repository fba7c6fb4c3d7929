import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type AuditAnchor,
  CHAIN_BEGIN,
  ChainCheck,
  type ReadableEvent,
  type RemovedStretch,
  type TrailProblem,
} from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import type { PublicJwk } from '@postern/core/policy';
import type { PoolClient } from 'pg';
import { SigningKey } from '../policy/signing-key.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { listAnchors } from './anchor.store.js';
import { readAnchors } from './anchors.js';
import {
  type ChainRow,
  chainPage,
  firstUnchained,
  hashAt,
  listChains,
  recordedRemovals,
  removedStretches,
  type StoredRow,
  seqRange,
  storedWords,
  wrongOutcome,
} from './chain.store.js';
import { differingColumn } from './differing-column.js';
import { unfindable } from './unfindable.js';

/** Events checked in one request: about half a second. */
const PAGE = 5_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface VerifyRequest {
  readonly chain: string;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Last link of the page before. */
  readonly after?: { readonly seq: number; readonly hash: string } | undefined;
}

export interface Verified {
  readonly checked: number;
  /** Signed heads that events of this page were held against. */
  readonly anchors: number;
  /** Last good link: the next page goes on behind it. */
  readonly last: { readonly seq: number; readonly hash: string };
  /** Last number of the range. */
  readonly toSeq: number;
  readonly isDone: boolean;
  readonly problem: (TrailProblem & { readonly eventId: string | null }) | undefined;
}

/**
 * Checks one page of a chain: numbers, hashes, that searches are shown what the events say, and that the chain is the one whose head
 * was signed each day. Stops at the first thing wrong.
 */
@Injectable()
export class VerifyChain {
  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
  ) {}

  chains(actor: OrgActor): Promise<ChainRow[]> {
    return this.db.withOrgClient(actor.orgId, (client) => listChains(client, actor.orgId));
  }

  async page(actor: OrgActor, request: VerifyRequest): Promise<Verified> {
    const keys = await this.key.publicKeys();
    return this.db.withOrgClient(actor.orgId, (client) => verifyPage(client, actor.orgId, keys, request));
  }
}

/** One page of a chain of the organisation whose transaction `client` is in. */
export async function verifyPage(
  client: PoolClient,
  orgId: string,
  keys: readonly PublicJwk[],
  request: VerifyRequest,
): Promise<Verified> {
  const chainNow = async () => (await listChains(client, orgId)).find(({ id }) => id === request.chain);
  const chain = await chainNow();
  if (!chain) throw noSuchChain();
  const { anchors, brokenAt } = await readAnchors(await listAnchors(client), orgId, keys);
  const page = await new PageCheck(client, { chain, chainNow, anchors }).run(request);
  if (brokenAt === undefined || page.problem) return page;
  const message = `anchor ${brokenAt} is missing or was not signed by this control plane`;
  return { ...page, problem: { code: 'rewritten', seq: null, eventId: null, message } };
}

const noSuchChain = () =>
  new PosternError('audit.not_found', 'there is no such chain', {
    field: 'chain',
    fix: 'take an id that `auditChains` lists',
  });

interface VerifiedChain {
  readonly chain: ChainRow;
  readonly checked: number;
  readonly anchors: number;
  /** The last good link. */
  readonly last: { readonly seq: number; readonly hash: string };
  readonly problem: Verified['problem'];
}

/** All pages of all chains, or of one, one after the other; a chain with something wrong does not keep the others from being checked. */
export async function* verifyChains(
  client: PoolClient,
  orgId: string,
  keys: readonly PublicJwk[],
  { chain: only, ...range }: Omit<VerifyRequest, 'chain' | 'after'> & { readonly chain?: string | undefined },
): AsyncGenerator<VerifiedChain> {
  const all = await listChains(client, orgId);
  const chains = only === undefined ? all : all.filter(({ id }) => id === only);
  if (chains.length === 0) throw noSuchChain();
  for (const chain of chains) {
    let [checked, anchors] = [0, 0];
    let page: Verified | undefined;
    do {
      page = await verifyPage(client, orgId, keys, { ...range, chain: chain.id, after: page?.last });
      checked += page.checked;
      anchors += page.anchors;
    } while (!page.isDone);
    yield { chain, checked, anchors, last: page.last, problem: page.problem };
  }
}

type Problem = TrailProblem & { readonly eventId: string | null };

class PageCheck {
  private readonly chain: ChainRow;
  private readonly chainNow: () => Promise<ChainRow | undefined>;
  private readonly anchors: readonly AuditAnchor[];
  /** Heads that were signed, by their number in the chain. */
  private readonly signed: ReadonlyMap<number, { readonly number: number; readonly hash: string }>;

  constructor(
    private readonly client: PoolClient,
    parts: {
      chain: ChainRow;
      chainNow: () => Promise<ChainRow | undefined>;
      anchors: readonly AuditAnchor[];
    },
  ) {
    ({ chain: this.chain, chainNow: this.chainNow, anchors: this.anchors } = parts);
    const heads = this.anchors.flatMap(({ number, chains }) =>
      chains
        .filter(({ chain }) => chain === this.chain.id)
        .map(({ seq, hash }) => [seq, { number, hash }] as const),
    );
    this.signed = new Map(heads);
  }

  async run({ from, to, after }: VerifyRequest): Promise<Verified> {
    const { client, chain } = this;
    const isWhole = from === undefined && to === undefined;
    const range = isWhole ? { first: null, last: null } : await seqRange(client, chain, from, to);
    if (!isWhole && range.first === null)
      return { checked: 0, anchors: 0, last: CHAIN_BEGIN, toSeq: 0, isDone: true, problem: undefined };
    // Beyond the head too: an event that was put there is to be found.
    const toSeq = to === undefined ? Number.MAX_SAFE_INTEGER : (range.last ?? 0);
    const removed = await removedStretches(client, chain.id);
    const start = after ?? (await this.before(range.first ?? 1, removed));
    const check = new ChainCheck(start, removed, sha256);
    const rows = await chainPage(client, chain, { afterSeq: start.seq, toSeq, limit: PAGE });
    const found =
      this.walk(check, rows) ??
      (await this.outcomeProblem(start.seq, check.last.seq)) ??
      (await this.wordsProblem(rows));
    const isDone = rows.length < PAGE;
    const problem =
      found ??
      (await this.removalProblem(removed)) ??
      (isDone && to === undefined ? await this.endProblem(check) : undefined);
    return {
      checked: rows.length,
      anchors: rows.filter((row) => row.seq <= check.last.seq && this.signed.has(row.seq)).length,
      last: check.last,
      toSeq: to === undefined ? chain.headSeq : toSeq,
      isDone: isDone || problem !== undefined,
      problem,
    };
  }

  /** The link before the first of a range; what it is, is believed: only the range is checked. */
  private async before(first: number, removed: readonly RemovedStretch[]) {
    if (first <= 1) return CHAIN_BEGIN;
    const hash =
      removed.find(({ toSeq }) => toSeq === first - 1)?.lastHash ??
      (await hashAt(this.client, this.chain, first - 1));
    // Not there: one earlier, so that the check says which one is missing.
    return hash === undefined ? { seq: first - 2, hash: '' } : { seq: first - 1, hash };
  }

  private walk(check: ChainCheck, rows: readonly StoredRow[]): Problem | undefined {
    for (const row of rows) {
      const event: ReadableEvent = JSON.parse(row.text);
      const wrong = check.add({ seq: row.seq, hash: row.hash, event });
      // The event that would have told its id is the one that is missing.
      if (wrong) return { ...wrong, eventId: wrong.code === 'missing' ? null : row.id };
      const head = this.signed.get(row.seq);
      if (head !== undefined && head.hash !== row.hash)
        return { ...rewritten(head.number, row.seq), eventId: row.id };
      const column = differingColumn(row, event);
      if (column === undefined) continue;
      const message = `searches are shown another \`${column}\` of event ${row.seq} than was recorded`;
      return { code: 'search_columns', seq: row.seq, message, eventId: row.id };
    }
    return undefined;
  }

  private async outcomeProblem(afterSeq: number, toSeq: number): Promise<Problem | undefined> {
    if (!this.chain.isAgent) return undefined;
    const seq = await wrongOutcome(this.client, this.chain.id, afterSeq + 1, toSeq);
    if (seq === null) return undefined;
    const message = `searches are shown another outcome of event ${seq} than was recorded`;
    return { code: 'search_columns', seq, message, eventId: null };
  }

  private async wordsProblem(rows: readonly StoredRow[]): Promise<Problem | undefined> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return undefined;
    const lost = unfindable(rows, await storedWords(this.client, this.chain, first.seq, last.seq));
    if (!lost) return undefined;
    const message = `searches do not find event ${lost.seq} by its text`;
    return { code: 'search_columns', seq: lost.seq, message, eventId: lost.id };
  }

  /** What is gone must have been recorded or signed as removed. */
  private async removalProblem(removed: readonly RemovedStretch[]): Promise<Problem | undefined> {
    if (removed.length === 0) return undefined;
    const recorded = await recordedRemovals(this.client, this.chain.id);
    const signed = this.anchors.flatMap(({ chains }) =>
      chains.flatMap(({ chain, removed: gone }) => (chain === this.chain.id ? gone : [])),
    );
    const proofs = [...recorded, ...signed].sort(([a], [b]) => a - b);
    for (const { fromSeq, toSeq } of removed) {
      let next = fromSeq;
      for (const [first, last] of proofs) if (first <= next && last >= next) next = last + 1;
      if (next <= toSeq) {
        const message = `events ${next} to ${toSeq} are gone, and nothing proves that retention removed them`;
        return { code: 'unproved', seq: next, message, eventId: null };
      }
    }
    return undefined;
  }

  private async endProblem(check: ChainCheck): Promise<Problem | undefined> {
    check.skipRemoved();
    const { last } = check;
    // Events may be stored while this runs: the end lies between the head before and the head now.
    const heads = [this.chain, (await this.chainNow()) ?? this.chain];
    const [before, now] = heads.map(({ headSeq }) => headSeq) as [number, number];
    if (last.seq < Math.max(before, ...this.signed.keys())) {
      const message = `the chain ends with event ${last.seq}; event ${last.seq + 1} and those behind it are gone`;
      return { code: 'cut_off', seq: last.seq + 1, message, eventId: null };
    }
    const head = heads.find(({ headSeq }) => headSeq === last.seq);
    if (last.seq > now || (head !== undefined && head.headHash !== last.hash)) {
      const message = `the chain's end, event ${last.seq}, is not the one that ingestion stored`;
      return { code: 'rewritten', seq: last.seq, message, eventId: null };
    }
    if (this.chain.isAgent) return undefined;
    const loose = await firstUnchained(this.client);
    if (loose === undefined) return undefined;
    const message = 'an event stands in no chain: it is from before there were chains, or was put there';
    return { code: 'unchained', seq: null, message, eventId: loose.id };
  }
}

function rewritten(anchor: number, seq: number): Problem {
  const message = `event ${seq} is not the one that stood there when anchor ${anchor} was signed: the chain was made anew`;
  return { code: 'rewritten', seq, message, eventId: null };
}
