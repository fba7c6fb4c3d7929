import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AuditEvent,
  CHAIN_START,
  type ChainedEvent,
  canonicalJson,
  chain,
  type KnownFacts,
  type ReadableLink,
  readableLink,
  readSpooledLinks,
} from '../../src/audit/index.js';

/** As it stands in a spool. */
const spooled = ({ seq, prevHash, hash, event }: ChainedEvent): string =>
  `{"seq":${seq},"prevHash":"${prevHash}","hash":"${hash}","event":${canonicalJson(event)}}`;

/** Many more with POSTERN_LINK_RUNS. */
const RUNS = Number(process.env.POSTERN_LINK_RUNS ?? 1_500);

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\0', '\u001f', '\u007f', '\u2028', '😀', 'é', 'a', '}', ','),
  }),
  fc.constantFrom('', '{"seq":1', '","', 'select 1', 'İß'),
);
const count = fc.oneof({ weight: 40, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.maxSafeNat() });
const texts = fc.array(text, { maxLength: 3 });
const uuid = fc.uuid({ version: 7 });
const event = fc.record(
  {
    id: uuid,
    at: fc
      .date({ min: new Date('2020-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    kind: fc.constantFrom('statement.decided', 'statement.finished', 'access.refused', 'weather.changed'),
    actor: fc.record({ type: fc.constantFrom('user', 'agent'), id: text, label: text }),
    decision: fc.constantFrom('allowed', 'denied'),
    connection: fc.record({ id: text, slug: text }),
    path: fc.constantFrom('wire', 'console'),
    statement: fc.record(
      {
        text,
        bytes: count,
        sha256: text,
        truncated: fc.boolean(),
        kinds: texts,
        parameters: count,
        parameterTypes: texts,
        parameterValues: fc.array(
          fc.record({ text: fc.option(text), bytes: count, sha256: text }, { requiredKeys: ['text'] }),
          { maxLength: 3 },
        ),
        redacted: texts,
        fingerprint: text,
      },
      { requiredKeys: ['text', 'bytes', 'sha256', 'truncated', 'kinds'] },
    ),
    relations: texts,
    required: texts,
    held: texts,
    missing: texts,
    ruleIds: texts,
    reason: text,
    intentId: uuid,
    outcome: fc.record(
      {
        status: fc.constantFrom('succeeded', 'failed'),
        rows: fc.option(count),
        durationMs: fc.oneof(
          { weight: 1, arbitrary: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) },
          { weight: 9, arbitrary: fc.nat().map((n) => n / 1_000) },
        ),
        sqlstate: fc.option(text),
        bytes: count,
      },
      { requiredKeys: ['status', 'rows', 'durationMs', 'sqlstate'] },
    ),
    policyVersion: count,
    sessionId: text,
    client: fc.record({ address: text, application: text, tls: text }, { requiredKeys: ['address'] }),
  },
  { requiredKeys: ['id', 'at', 'kind', 'actor'] },
) as unknown as fc.Arbitrary<AuditEvent>;
const link = fc
  .tuple(event, fc.integer({ min: 1, max: 10 ** 12 }))
  .map(([made, seq]) => chain(CHAIN_START, seq, made));

/** What UTF-8 can hold: it comes as bytes. */
const received = (json: string): string => new TextDecoder().decode(new TextEncoder().encode(json));

const known: KnownFacts = new Map();

const without = (value: object): unknown => JSON.parse(JSON.stringify(value));

/** Whatever is taken without being parsed is what parsing would have made of it, and canonical. */
function expectSame(written: string): boolean {
  const json = received(written);
  const [taken, ...others] = readSpooledLinks(`[${json}]`, 1, known) ?? [];
  if (taken === undefined) return false;
  expect(others).toEqual([]);
  const parsed = JSON.parse(json) as ReadableLink;
  expect(readableLink.safeParse(parsed).error).toBeUndefined();
  expect(Object.keys(parsed)).toEqual(['seq', 'prevHash', 'hash', 'event']);
  const { seq, prevHash, hash, event } = parsed;
  expect(taken.text).toBe(canonicalJson(event));
  expect(taken).toMatchObject({ seq, prevHash, hash });
  const { id, at, kind, path, decision, relations, required, reason, intentId, outcome } = event;
  const { statement, ...own } = taken.own;
  expect(own).toEqual({ id, at, reason, intentId, outcome });
  expect(statement?.text).toBe(event.statement?.text);
  expect(statement?.fingerprint).toBe(event.statement?.fingerprint);
  const { actor, client, connection } = event;
  expect(taken.shared).toEqual(
    without({ actor, client, connection, kind, path, decision, relations, required }),
  );
  return true;
}

describe('what is taken as agents write it', () => {
  test('is what parsing makes of it; and nearly all that they write is taken', () => {
    let [taken, all] = [0, 0];
    fc.assert(
      fc.property(link, (made) => {
        all += 1;
        if (expectSame(spooled(made))) taken += 1;
      }),
      { numRuns: 500 },
    );
    // Others have a number with an exponent or of 16 digits, or a day behind the 28th.
    expect(taken / all).toBeGreaterThan(0.5);
  });

  test('is that still when any of it was changed', () => {
    const piece = fc.constantFrom(
      ...[
        '"',
        '\\',
        '\\"',
        '\\\\',
        '\\u0041',
        '\\u000A',
        '\\u000a',
        '\\/',
        '\\ud800',
        '\ud800',
        '\n',
        '\0',
        ' ',
      ],
      ...[
        '0',
        '1',
        '-',
        '.',
        '.0',
        'e5',
        'null',
        'true',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '""',
        '[]',
        '{}',
        '😀',
      ],
      ...[
        '"id":"x",',
        ',"kind":"x"',
        ',"kind":"rule.created"',
        ',"after":{}',
        ',"__proto__":{}',
        '"actor":{},',
      ],
      ...['},{"seq":', ',"seq":1', ',"hash":""', ',"decision":"denied"', '"rows":null,', ',"reason":""'],
    );
    let taken = 0;
    fc.assert(
      fc.property(
        link,
        fc.nat(),
        fc.nat(40),
        fc.oneof(piece, text),
        fc.nat(),
        (made, where, cut, put, more) => {
          const json = spooled(made);
          const at = where % (json.length + 1);
          if (expectSame(json.slice(0, at) + put + json.slice(at + cut))) taken += 1;
          // A member twice, or moved.
          const commas = [...json.matchAll(/,(?=")/g)].map(({ index }) => index);
          const [from, to] = [commas[where % commas.length] ?? 0, commas[more % commas.length] ?? 0];
          const member = json.slice(from, commas.find((comma) => comma > from) ?? from);
          if (expectSame(json.slice(0, to) + member + json.slice(to))) taken += 1;
        },
      ),
      { numRuns: RUNS },
    );
    expect(taken).toBeGreaterThan(RUNS / 100);
  });

  const sample = spooled(
    chain(CHAIN_START, 7, {
      id: '0190c0de-0000-7000-8000-000000000001',
      at: '2026-11-21T12:00:00.000Z',
      kind: 'statement.decided',
      actor: { type: 'user', id: 'u', label: 'l' },
      reason: 'why',
      policyVersion: 7,
      outcome: { status: 'succeeded', rows: 1, durationMs: 1.5, sqlstate: null },
    }),
  );
  test.each([
    ['as it is', '', '', true],
    ['a member twice', ',"reason":"why"', ',"reason":"x","reason":"why"', false],
    ['one that nobody knows', ',"reason":"why"', ',"reason":"why","sequel":1', false],
    ['one that changes what an object is', ',"reason":"why"', ',"reason":"why","__proto__":{}', false],
    ['another order', '"id":"u","label":"l"', '"label":"l","id":"u"', false],
    ['a blank', ',"reason"', ', "reason"', false],
    ['an escape that is not needed', '"why"', '"\\u0077hy"', false],
    ['one in capitals', '"why"', '"\\u001F"', false],
    ['one as it is written', '"why"', '"\\u001f\\n\\u0000"', true],
    ['a bare control character', '"why"', '"\n"', false],
    ['a number written otherwise', ':1.5,', ':1.50,', false],
    ['one with an exponent', ':1.5,', ':15e-1,', false],
    ['one more precise than it can be', ':1.5,', ':1.50000000000000001,', false],
    ['a negative one', ':7,"', ':-7,"', false],
    ['one that is too large', '"policyVersion":7', '"policyVersion":9007199254740993', false],
    ['a zero before it', '"policyVersion":7', '"policyVersion":07', false],
    ['something behind it', '}}', '}} ', false],
    ['another link behind it', '}}', '}},{"seq":', false],
  ])('%s', (_, from, to, isTaken) => {
    expect(sample).toContain(from);
    expect(expectSame(sample.replace(from, to))).toBe(isTaken);
  });

  test('has the same object where it says the same, and those that are kept stay few', () => {
    const read = (json: string, seen: KnownFacts) => readSpooledLinks(`[${json}]`, 1, seen)?.[0]?.shared;
    const seen: KnownFacts = new Map();
    expect(read(sample, seen)).toBe(read(sample.replace('why', 'because'), seen));
    expect(read(sample, seen)).not.toBe(read(sample.replace('"label":"l"', '"label":"m"'), seen));
    for (let n = 0; n < 5_000; n += 1) read(sample.replace('"label":"l"', `"label":"${n}"`), seen);
    expect(seen.size).toBeLessThanOrEqual(2_000);
    seen.clear();
    expect(read(sample.replace('"label":"l"', `"label":"${'l'.repeat(2_000)}"`), seen)).toBeDefined();
    expect(seen.size).toBe(0);
  });

  test.each([
    ['one', `[${sample}]`, 1],
    ['two', `[${sample},${sample}]`, 2],
    ['more than there may be', `[${sample},${sample},${sample}]`, undefined],
    ['none', '[]', undefined],
    ['no list', sample, undefined],
    ['a list that does not end', `[${sample}`, undefined],
    ['one that goes on', `[${sample},]`, undefined],
    ['something behind it', `[${sample}] `, undefined],
    ['something between', `[${sample}, ${sample}]`, undefined],
  ])('of a list: %s', (_, json, taken) => {
    expect(readSpooledLinks(json, 2, known)?.length).toBe(taken);
  });

  test('is not too long for a pattern', () => {
    for (const long of ['x', '\\n', '\\u0000']) {
      const json = sample.replace('why', long.repeat(5_000_000));
      expect(readSpooledLinks(`[${json}]`, 1, known)).toBeUndefined();
    }
    expect(expectSame(sample.replace('why', '\\n'.repeat(400_000)))).toBe(true);
  });
});
