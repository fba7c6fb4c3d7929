import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type AuditAnchor,
  CHAIN_BEGIN,
  ChainCheck,
  exportedLink,
  type TrailProblem,
} from '@postern/core/audit';
import { isSegmentName, readSegment } from '../audit/segment.js';
import { sha256Hex } from '../audit/sha256.js';
import { type ExportedChain, holdAgainst } from './anchors.js';

const ORGANISATION = 'organisation';

interface Link {
  readonly seq: number;
  readonly hash: string;
  readonly event: unknown;
}

/** What checking a trail came to. */
export interface TrailReport {
  readonly chains: number;
  readonly events: number;
  /** Signed heads that it was held against, where anchors were given. */
  readonly heads?: number;
  readonly problem?: (TrailProblem | { readonly seq: null; readonly message: string }) & {
    readonly chain: string;
  };
}

/** Checks an agent's spool directory, or a file of exported events, one JSON object a line; the latter against anchors as well. */
export async function verifyTrail(path: string, anchors?: readonly AuditAnchor[]): Promise<TrailReport> {
  if (!(await stat(path)).isDirectory()) return verifyExport(path, anchors);
  if (anchors !== undefined)
    throw new Error('anchors are of what the control plane has: export the trail and give that file');
  return verifySegments(path);
}

/** Segments that the control plane confirmed are gone, so the chain begins where the first header says. */
async function verifySegments(dir: string): Promise<TrailReport> {
  const names = (await readdir(dir)).filter(isSegmentName).sort();
  let check: ChainCheck | undefined;
  let events = 0;
  for (const name of names) {
    const content = await readSegment(join(dir, name));
    if (content === undefined) continue;
    check ??= new ChainCheck(content.before, [], sha256Hex);
    for (const link of content.events) {
      const problem = check.add(link);
      if (problem) return { chains: 1, events, problem: { ...problem, chain: name } };
      events += 1;
    }
  }
  return { chains: check === undefined ? 0 : 1, events };
}

/** Chains may be mixed, each in either order of its numbers; a part of a chain begins with an event that is believed. */
async function verifyExport(file: string, anchors?: readonly AuditAnchor[]): Promise<TrailReport> {
  const chains = new Map<string, Link[]>();
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    line += 1;
    if (text.trim() === '') continue;
    const link = exportedLink.safeParse(jsonOf(text));
    const broken = (message: string): TrailReport => ({
      chains: chains.size,
      events: line - 1,
      problem: { chain: `line ${line}`, seq: null, message },
    });
    if (!link.success) return broken('is no exported event');
    const { agentId, seq, hash, event } = link.data;
    if (seq === null || hash === null) return broken('stands in no chain');
    const name = agentId ?? ORGANISATION;
    const links = chains.get(name) ?? [];
    links.push({ seq, hash, event });
    chains.set(name, links);
  }
  let events = 0;
  for (const [chain, links] of chains) {
    links.sort((a, b) => a.seq - b.seq);
    const [first] = links;
    if (first === undefined) continue;
    const whole = first.seq === 1;
    const check = new ChainCheck(whole ? CHAIN_BEGIN : first, [], sha256Hex);
    for (const link of whole ? links : links.slice(1)) {
      const problem = check.add(link);
      if (problem) return { chains: chains.size, events, problem: { ...problem, chain } };
      events += 1;
    }
    if (!whole) events += 1;
  }
  const counts = { chains: chains.size, events };
  return anchors === undefined
    ? counts
    : { ...counts, ...holdAgainst(anchors, byAnchorName(chains, anchors)) };
}

/** Anchors call the organisation's own chain by its id; an export's lines do not have it. */
function byAnchorName(
  chains: ReadonlyMap<string, readonly Link[]>,
  anchors: readonly AuditAnchor[],
): Map<string, ExportedChain> {
  const own = anchors[0]?.orgId ?? ORGANISATION;
  return new Map(
    [...chains].flatMap(([name, links]) => {
      const [first, last] = [links[0], links.at(-1)];
      if (first === undefined || last === undefined) return [];
      const hashAt = (seq: number) => links[seq - first.seq]?.hash;
      return [[name === ORGANISATION ? own : name, { first: first.seq, last: last.seq, hashAt }] as const];
    }),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
