import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, CHAIN_START, type ChainedEvent, chain } from '@postern/core/audit';
import { afterAll, describe, expect, test } from 'vitest';
import { verifyTrail } from '../src/audit-cli/verify.js';

const dir = mkdtempSync(join(tmpdir(), 'postern-verify-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function links(count: number): ChainedEvent[] {
  let hash = CHAIN_START;
  return Array.from({ length: count }, (_, n) => {
    const event: AuditEvent = {
      id: `0190c0de-0000-7000-8000-00000000000${n}`,
      at: '2026-11-21T12:00:00.000Z',
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
  writeFileSync(file, exported.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return verifyTrail(file);
}
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
