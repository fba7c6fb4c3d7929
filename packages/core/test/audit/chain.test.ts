import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AuditEvent,
  auditEvent,
  CHAIN_START,
  canonicalJson,
  chain,
  followsChain,
  sha256Hex,
} from '../../src/audit/index.js';

function event(n: number): AuditEvent {
  return {
    id: `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    at: '2026-11-21T12:00:00.000Z',
    kind: 'statement.decided',
    actor: { type: 'user', id: 'u1', label: 'ann@example.com' },
    decision: 'allowed',
    reason: `event ${n} with ünïcode 𝄞`,
  };
}

function links(count: number) {
  let previous = CHAIN_START;
  return Array.from({ length: count }, (_, i) => {
    const link = chain(previous, i + 1, event(i + 1));
    previous = link.hash;
    return link;
  });
}

/** The whole chain holds, from its start and without a gap. */
function holds(chainOf: ReturnType<typeof links>): boolean {
  return chainOf.every(
    (link, i) => link.seq === i + 1 && followsChain(chainOf[i - 1]?.hash ?? CHAIN_START, link),
  );
}

describe('the chain', () => {
  test('holds as written, and after a journey through JSON', () => {
    const whole = links(5);
    expect(holds(whole)).toBe(true);
    const travelled = JSON.parse(JSON.stringify(whole));
    expect(holds(travelled.map((link: object) => ({ ...link })))).toBe(true);
    expect(travelled.every((link: { event: unknown }) => auditEvent.safeParse(link.event).success)).toBe(
      true,
    );
  });

  test('an altered event breaks it', () => {
    const whole = links(5).map((link) =>
      link.seq === 3 ? { ...link, event: { ...link.event, reason: 'nothing' } } : link,
    );
    expect(holds(whole)).toBe(false);
  });

  test('an altered event with its own hash made right again breaks it at the next', () => {
    const whole = links(5);
    const [, second] = whole;
    if (second === undefined) throw new Error('no second link');
    whole[2] = chain(second.hash, 3, { ...event(3), reason: 'nothing' });
    expect(holds(whole)).toBe(false);
    expect(holds(whole.slice(0, 3))).toBe(true);
  });

  test('a member that appears or vanishes breaks it', () => {
    const whole = links(2).map((link) =>
      link.seq === 1 ? { ...link, event: { ...link.event, sessionId: 's' } } : link,
    );
    expect(holds(whole)).toBe(false);
  });

  test('two events that change places break it', () => {
    const [a, b, c] = links(3);
    if (!a || !b || !c) throw new Error('too few links');
    expect(holds([a, c, b])).toBe(false);
  });

  test('a missing event breaks it, wherever it was', () => {
    for (const gone of [0, 1, 2]) expect(holds(links(4).filter((_, i) => i !== gone))).toBe(false);
  });

  test('the same event as another number is another link', () => {
    expect(followsChain(CHAIN_START, { ...chain(CHAIN_START, 1, event(1)), seq: 2 })).toBe(false);
  });
});

describe('canonical JSON', () => {
  test('sorts members by code unit, leaves undefined ones out, adds no blanks', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'é"' }], e: undefined, B: true })).toBe(
      '{"B":true,"a":[{"c":"é\\"","d":null}],"b":1}',
    );
  });

  test('is the same for the same value however its members came', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('the hash is SHA-256 of the UTF-8 bytes', () => {
    for (const text of ['', 'abc', 'ünïcode 𝄞']) {
      expect(sha256Hex(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }
  });
});
