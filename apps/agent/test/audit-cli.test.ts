import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AuditEvent, CHAIN_START, type ChainedEvent, chain } from '@postern/core/audit';
import { CompactSign, createLocalJWKSet, exportJWK, generateKeyPair } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { readAnchors, readCopies } from '../src/audit-cli/anchors.js';
import { verifyTrail } from '../src/audit-cli/verify.js';

const dir = mkdtempSync(join(tmpdir(), 'postern-verify-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function links(count: number, at = (_: number) => '2026-11-21T12:00:00.000Z'): ChainedEvent[] {
  let hash = CHAIN_START;
  return Array.from({ length: count }, (_, n) => {
    const event: AuditEvent = {
      id: `0190c0de-0000-7000-8000-00000000000${n}`,
      at: at(n),
      kind: 'agent.started',
      actor: { type: 'agent', id: 'a', label: 'a' },
    };
    const link = chain(hash, n + 1, event);
    hash = link.hash;
    return link;
  });
}

async function verified(exported: readonly object[]) {
  const file = join(dir, 'events.jsonl');
  writeFileSync(file, exported.map(lineOf).join(''));
  return verifyTrail(file);
}
/** As the control plane exports it. */
const lineOf = ({ event, ...chain }: { event?: object }) => `${JSON.stringify({ ...event, chain })}\n`;
const asExported = ({ seq, hash, event }: ChainedEvent, agentId: string | null = 'a') => ({
  agentId,
  seq,
  hash,
  event,
});

describe('an exported trail', () => {
  const whole = links(5);

  test('is whole in any order, and from its middle on', async () => {
    const mixed = [
      ...whole.map((link) => asExported(link)),
      ...links(2).map((link) => asExported(link, null)),
    ];
    expect(await verified(mixed.reverse())).toEqual({ chains: 2, events: 7 });
    expect(await verified(whole.slice(2).map((link) => asExported(link)))).toEqual({ chains: 1, events: 3 });
  });

  test.each<[string, { from?: string; to?: string }, number, object | undefined]>([
    ['all of it', {}, 3, { code: 'altered', seq: 4 }],
    ['before the bad one', { to: '2026-11-21T12:03:00Z' }, 3, undefined],
    ['up to the bad one', { from: '2026-11-21T12:01:00Z', to: '2026-11-21T12:04:00Z' }, 2, { seq: 4 }],
    ['behind the bad one', { from: '2026-11-21T12:04:30Z' }, 1, undefined],
    ['round it', { from: '2026-11-21T12:02:00Z', to: '2026-11-21T12:05:00Z' }, 1, { seq: 4 }],
    ['nothing', { from: '2026-11-22T00:00:00Z' }, 0, undefined],
  ])('in a time is checked there: %s', async (_, { from, to }, events, problem) => {
    const range = { from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
    const lines = links(6, (n) => `2026-11-21T12:0${n}:00.000Z`).map((link) => asExported(link));
    const bad = lines.map((line) =>
      line.seq === 4 ? { ...line, event: { ...line.event, reason: 'x' } } : line,
    );
    const file = join(dir, 'range.jsonl');
    writeFileSync(file, bad.map(lineOf).join(''));
    const report = await verifyTrail(file, undefined, range);
    expect(report.events).toBe(events);
    if (problem) expect(report.problem).toMatchObject(problem);
    else expect(report.problem).toBeUndefined();
  });

  test.each<[string, (lines: ReturnType<typeof asExported>[]) => object[], object]>([
    [
      'changed',
      (l) => l.map((x) => (x.seq === 3 ? { ...x, event: { ...x.event, reason: 'x' } } : x)),
      { code: 'altered', seq: 3 },
    ],
    ['deleted', (l) => l.filter((x) => x.seq !== 4), { code: 'missing', seq: 4 }],
    ['doubled', (l) => [...l, ...l.slice(1, 2)], { code: 'repeated', seq: 2 }],
    [
      'swapped',
      (l) => l.map((x) => (x.seq === 2 ? { ...x, seq: 3 } : x.seq === 3 ? { ...x, seq: 2 } : x)),
      { code: 'altered', seq: 2 },
    ],
    ['not an event', (l) => [...l, { nothing: 1 }], { seq: null }],
  ])('with one %s is named', async (_, change, expected) => {
    expect((await verified(change(whole.map((link) => asExported(link))))).problem).toMatchObject(expected);
  });
});

describe('an exported trail, held against anchors', async () => {
  const orgId = '0190c0de-0000-7000-8000-0000000000aa';
  const agentId = '0190c0de-0000-7000-8000-0000000000bb';
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }] });
  const agents = links(5);
  const own = links(2);
  const lines = [
    ...agents.map((link) => asExported(link, agentId)),
    ...own.map((link) => asExported(link, null)),
  ];
  const headOf = (chain: string, link: ChainedEvent | undefined) => ({
    ...{ chain, seq: link?.seq ?? 0, hash: link?.hash ?? CHAIN_START },
    removed: [] as [number, number][],
  });
  const sign = (payload: object, typ = 'postern-audit-anchor+jws') =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k', typ })
      .sign(privateKey);
  const anchor = (number: number, prev: string, chains: object[]) => ({
    ...{ v: 1, orgId, number, at: '2026-11-21T12:00:00.000Z', prev, chains },
  });
  const first = await sign(anchor(1, CHAIN_START, [headOf(agentId, agents[2])]));
  const digest = createHash('sha256').update(first).digest('hex');
  const second = await sign(anchor(2, digest, [headOf(agentId, agents[4]), headOf(orgId, own[1])]));
  const write = (name: string, ...jws: string[]) => {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, jws.map((line) => `${line}\n`).join(''));
    return path;
  };
  const read = async (path: string, by = keys) => readAnchors(await readCopies(path), by);
  const held = async (exported: readonly object[], path: string) => {
    const file = write('held.jsonl', ...exported.map((line) => lineOf(line).trim()));
    return verifyTrail(file, await read(path));
  };
  const both = write(`${orgId}.jws`, first, second);

  test('is whole, from a file of anchors and from a folder of an object store', async () => {
    expect(await held(lines, both)).toEqual({ chains: 2, events: 7, heads: 3 });
    write(`store/${orgId}/0000000001.jws`, first);
    write(`store/${orgId}/0000000002.jws`, second);
    expect((await held(lines, join(dir, 'store'))).heads).toBe(3);
    expect(await held(lines.slice(3), both)).toMatchObject({ heads: 2 });
  });

  test('that was cut back below an anchor is named, though its hashes fit', async () => {
    const cut = lines.filter(({ agentId: of, seq }) => of === null || seq <= 4);
    expect((await verified(cut)).problem).toBeUndefined();
    expect((await held(cut, both)).problem).toMatchObject({ chain: agentId, code: 'cut_off', seq: 5 });
    const gone = lines.filter(({ agentId: of }) => of !== null);
    expect((await held(gone, both)).problem).toMatchObject({ chain: orgId, code: 'cut_off', seq: 1 });
  });

  test('that was made anew is named', async () => {
    let hash = CHAIN_START;
    const anew = agents.map(({ seq, event }) => {
      const link = chain(hash, seq, { ...event, reason: 'x' });
      hash = link.hash;
      return asExported(link, agentId);
    });
    expect((await verified(anew)).problem).toBeUndefined();
    expect((await held(anew, both)).problem).toMatchObject({ code: 'rewritten', seq: 3 });
  });

  test('anchors that are missing, of another type or of another key are not believed', async () => {
    await expect(read(write('gap.jws', first, await sign(anchor(3, digest, []))))).rejects.toThrow(
      'anchor 3 does not follow anchor 1',
    );
    await expect(read(write('type.jws', await sign(anchor(1, CHAIN_START, []), 'JWT')))).rejects.toThrow(
      'no anchor',
    );
    const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const other = createLocalJWKSet({ keys: [{ ...(await exportJWK(stranger.publicKey)), kid: 'k' }] });
    await expect(read(both, other)).rejects.toThrow('one of these keys');
    await expect(read(write('empty.jws'))).rejects.toThrow('no anchor');
  });
});
