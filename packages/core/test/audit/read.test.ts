import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditEvent, CHAIN_START, chain, isPlainLink, readableLink } from '../../src/audit/index.js';

const event: AuditEvent = {
  id: '0190c0de-0000-7000-8000-000000000001',
  at: '2026-11-21T12:00:00.000Z',
  kind: 'statement.decided',
  actor: { type: 'user', id: 'u', label: 'ada@acme.test' },
  decision: 'allowed',
  connection: { id: 'c', slug: 'shop' },
  path: 'wire',
  statement: { text: 'select 1', bytes: 8, sha256: 'x', truncated: false, kinds: ['SELECT'], parameters: 0 },
  relations: ['orders'],
  required: ['read'],
  held: ['read'],
  missing: [],
  ruleIds: ['r'],
  reason: 'why',
  intentId: '0190c0de-0000-7000-8000-000000000002',
  outcome: { status: 'succeeded', rows: null, durationMs: 1.5, bytes: 9, sqlstate: null },
  policyVersion: 7,
  sessionId: 's',
  client: { address: '10.0.0.7:5', application: 'psql', tls: 'TLSv1.3' },
};
const link = () => structuredClone(chain(CHAIN_START, 1, event)) as unknown as Record<string, unknown>;

/** All places in a value, as paths. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...path, key]))];
}

const strange = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    true,
    '',
    'x',
    'y'.repeat(101),
    -1,
    0,
    1.5,
    2 ** 60,
    Number.NaN,
    [],
    [1],
    ['a'],
    {},
  ),
  fc.constantFrom('2026-02-30T00:00:00.000Z', '2026-02-28T24:00:00.000Z', '2026-02-28T00:00:00Z', '2026-1-1'),
  fc.constantFrom(
    '0190c0de-0000-9000-8000-000000000001',
    '0190C0DE-0000-7000-8000-00000000000A',
    'f'.repeat(64),
  ),
  fc.string(),
  fc.double(),
  fc.jsonValue(),
);

test('a whole link is plain, and one with words of a newer writer', () => {
  expect(isPlainLink(link())).toBe(true);
  const newer = {
    ...event,
    kind: 'weather.changed',
    path: 'telepathy',
    required: ['fly'],
    decision: 'postponed',
  };
  const sent = chain(CHAIN_START, 1, newer as unknown as AuditEvent);
  expect(isPlainLink(sent)).toBe(true);
  expect(readableLink.parse(sent)).toEqual(sent);
});

describe('what is called plain', () => {
  test('zod accepts, whatever was changed, left out or added', () => {
    const places = placesOf(link()).filter((path) => path.length > 0);
    let plain = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        strange,
        fc.constantFrom('set', 'drop', 'add'),
        (path, value, how) => {
          const changed = link();
          const parent = path
            .slice(0, -1)
            .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, changed);
          const key = path.at(-1) ?? '';
          if (how === 'drop') delete parent[key];
          else parent[how === 'add' ? `${key}2` : key] = value;
          // As it comes from the network.
          const received: unknown = JSON.parse(JSON.stringify(changed));
          if (!isPlainLink(received)) return;
          plain += 1;
          expect(readableLink.safeParse(received).error).toBeUndefined();
        },
      ),
      { numRuns: 2_000 },
    );
    expect(plain).toBeGreaterThan(80);
  });
});
