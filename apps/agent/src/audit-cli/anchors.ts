import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditAnchor, auditAnchor, type TrailProblem } from '@postern/core/audit';
import { type CompactVerifyGetKey, compactVerify } from 'jose';
import { sha256Hex } from '../audit/sha256.js';

const ANCHOR_TYPE = 'postern-audit-anchor+jws';

/** Anchors that can not be believed: something about them, not about the trail, is wrong. */
export class AnchorsRefused extends Error {
  override readonly name = 'AnchorsRefused';
}

/** Copies as the control plane keeps them outside: a file with one a line, or a folder (of an object store) with one a file. */
export async function readCopies(path: string): Promise<string[]> {
  const files = (await stat(path)).isDirectory()
    ? (await readdir(path, { recursive: true }))
        .filter((name) => name.endsWith('.jws'))
        .map((name) => join(path, name))
    : [path];
  return copiesIn(await Promise.all(files.map((file) => readFile(file, 'utf8'))));
}

/** One a line, each once. */
export const copiesIn = (texts: readonly string[]): string[] =>
  [...new Set(texts.flatMap((text) => text.split('\n')).map((line) => line.trim()))].filter(Boolean);

/** Checks signatures of copies of one organisation's anchors and that none is missing between two, and puts them in order. */
export async function readAnchors(
  copies: readonly string[],
  keys: CompactVerifyGetKey,
): Promise<AuditAnchor[]> {
  const read: { jws: string; anchor: AuditAnchor }[] = [];
  for (const jws of copies) read.push({ jws, anchor: await signedAnchor(jws, keys) });
  read.sort((a, b) => a.anchor.number - b.anchor.number);
  for (const [index, { anchor }] of read.entries()) {
    const before = read[index - 1];
    if (before === undefined) continue;
    if (anchor.orgId !== before.anchor.orgId)
      throw new AnchorsRefused('there are anchors of more than one organisation: give those of one');
    if (anchor.number !== before.anchor.number + 1 || anchor.prev !== sha256Hex(before.jws))
      throw new AnchorsRefused(`anchor ${anchor.number} does not follow anchor ${before.anchor.number}`);
  }
  if (read.length === 0) throw new AnchorsRefused('there is no anchor');
  return read.map(({ anchor }) => anchor);
}

async function signedAnchor(jws: string, keys: CompactVerifyGetKey): Promise<AuditAnchor> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, keys, { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== ANCHOR_TYPE) throw new Error('of another type');
    return auditAnchor.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    throw new AnchorsRefused(`\`${jws.slice(0, 20)}…\` is no anchor that was signed with one of these keys`);
  }
}

/** A chain as it was exported: without gaps from its first number to its last. */
export interface ExportedChain {
  readonly first: number;
  readonly last: number;
  hashAt(seq: number): string | undefined;
}

interface HeldAgainst {
  /** Signed heads that an event of the trail was compared with. */
  readonly heads: number;
  readonly problem?: TrailProblem & { readonly chain: string };
}

/** Holds chains, by their anchors' names, against signed heads: finds one that was cut back or made anew. */
export function holdAgainst(
  anchors: readonly AuditAnchor[],
  chains: ReadonlyMap<string, ExportedChain>,
): HeldAgainst {
  const removed = new Map(anchors.at(-1)?.chains.map((head) => [head.chain, head.removed] as const) ?? []);
  const wasRemoved = (chain: string, seq: number) =>
    removed.get(chain)?.some(([from, to]) => from <= seq && seq <= to) === true;
  let heads = 0;
  for (const { number, at, chains: signed } of anchors)
    for (const { chain, seq, hash } of signed) {
      if (seq === 0 || wasRemoved(chain, seq)) continue;
      const found = chains.get(chain);
      const when = `anchor ${number} of ${at} was signed`;
      if (found === undefined || found.last < seq) {
        const end = found === undefined ? 'no event of it is here' : `it ends with event ${found.last}`;
        const message = `${end}, but it had event ${seq} when ${when}: its end was cut off, or is not in this export`;
        return { heads, problem: { chain, code: 'cut_off', seq: (found?.last ?? 0) + 1, message } };
      }
      if (seq < found.first) continue;
      if (found.hashAt(seq) !== hash) {
        const message = `event ${seq} is not the one that stood there when ${when}: the chain was made anew`;
        return { heads, problem: { chain, code: 'rewritten', seq, message } };
      }
      heads += 1;
    }
  return { heads };
}
