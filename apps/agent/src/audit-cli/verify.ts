import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type AuditAnchor, CHAIN_BEGIN, exportedLink, type TrailProblem } from '@postern/core/audit';
import { isSegmentName, readSegment } from '../audit/segment.js';
import { type ExportedChain, holdAgainst } from './anchors.js';
import { StretchCheck, type TimeRange } from './stretch-check.js';

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
export async function verifyTrail(
  path: string,
  anchors?: readonly AuditAnchor[],
  range: TimeRange = {},
): Promise<TrailReport> {
  if (!(await stat(path)).isDirectory()) return verifyExport(path, range, anchors);
  if (anchors !== undefined)
    throw new Error('anchors are of what the control plane has: export the trail and give that file');
  return verifySegments(path, range);
}

/** Segments that the control plane confirmed are gone, so the chain begins where the first header says. */
async function verifySegments(dir: string, range: TimeRange): Promise<TrailReport> {
  const names = (await readdir(dir)).filter(isSegmentName).sort();
  let check: StretchCheck | undefined;
  for (const name of names) {
    const content = await readSegment(join(dir, name));
    if (content === undefined) continue;
    check ??= new StretchCheck(content.before, range);
    for (const link of content.events) check.add(link);
    if (check.problem) return { chains: 1, events: check.events, problem: { ...check.problem, chain: name } };
  }
  return { chains: check === undefined ? 0 : 1, events: check?.events ?? 0 };
}

/** Chains may be mixed, each in either order of its numbers; a part of a chain begins with an event that is believed. */
async function verifyExport(
  file: string,
  range: TimeRange,
  anchors?: readonly AuditAnchor[],
): Promise<TrailReport> {
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
    const check = new StretchCheck(links[0]?.seq === 1 ? CHAIN_BEGIN : undefined, range);
    for (const link of links) check.add(link);
    events += check.events;
    if (check.problem) return { chains: chains.size, events, problem: { ...check.problem, chain } };
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
