import type { AuditEvent } from '@postern/core/audit';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditSearch, conditionsOf } from '../src/audit/audit-filter.js';
import { aloneOf, neighboursOf, wordsOf } from '../src/audit/audit-words.js';
import { searchRows } from '../src/audit/search.store.js';
import { verifyChains } from '../src/audit-proof/verify-chain.js';
import type { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, signUpCompany } from './company.js';

let api: TestApp;
let acme: Company;
let peers: AgentPeer[];
let client: pg.PoolClient;
let texts: string[];

const says = (text: string, at: number): Partial<AuditEvent> => ({
  at: new Date(at).toISOString(),
  statement: { text, bytes: text.length, sha256: 'x', truncated: false, kinds: ['SELECT'] },
});

/** Letters that fold oddly, marks, both halves of a pair alone, what separates words and what only looks so. */
const LETTERS = [...'ab17_-.,%\\ \n\t\'"()AİßſΣςé漢字—¿😀\u0301\u00a0\u2028\u007f', '\0', '\ud800', '\udc00'];
const odd = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 25 });
const word = fc.constantFrom(
  'alpha',
  'Alphabet',
  'customer_id',
  'straße',
  'İstanbul',
  '4711',
  'a',
  'of',
  'b.c',
);
const aText = fc.array(fc.oneof(odd, word), { minLength: 1, maxLength: 8 }).map((all) => all.join(' '));

/** More than the newest events that every search looks at one by one: behind them it goes by words. */
const MANY = 3_200;
const PUSH = 500;
const DAY = 86_400_000;
/** Retention counts from today. */
const END = Math.floor(Date.now() / DAY - 2) * DAY;

/** `MANY` events in full pushes; every fifth ends in the next push, one in 400 is like the texts, all have `frequent`. */
async function pushMany(peer: AgentPeer, from: number): Promise<void> {
  for (let first = 0; first < MANY; first += PUSH) {
    const events = Array.from({ length: PUSH }, (_, n) =>
      says(
        `select ${(first + n) * 7919} as frequent_${n % 3} ${n % 400 === 7 ? texts[n % texts.length] : ''}`,
        from + (first + n) * 1000,
      ),
    );
    expect((await peer.push(peer.record(...events))).status).toBe(200);
  }
}

beforeAll(async () => {
  api = await startTestApp();
  acme = await signUpCompany(api, 'words');
  peers = [await enrolAgent(api, acme), await enrolAgent(api, acme)];
  const [one, two] = peers as [AgentPeer, AgentPeer];
  client = await api.database.owner.connect();
  await client.query('select postern_audit_make_partitions()');
  texts = [
    ...fc.sample(aText, { numRuns: 240, seed: 4 }),
    Array.from({ length: 4_000 }, (_, n) => `w${n}`).join(' '),
  ];
  await pushMany(one, END - 40 * DAY);
  // Two agents at the same time, in pushes of all sizes, one of them sent again.
  for (let first = 0, size = 1; first < texts.length; first += size, size = (size * 3) % 97)
    for (const peer of peers) {
      const links = peer.record(
        ...texts
          .slice(first, first + size)
          .map((text, n) => says(text, END - 20 * DAY + (first + n) * 60_000)),
      );
      for (let times = 0; times < 1 + (size % 2); times += 1)
        expect((await peer.push(links)).status).toBe(200);
    }
  // Long ago, where no week is; and a clock that is a year ahead.
  await two.push(
    two.record(says('ancient papyrus', Date.parse('2019-01-01')), says('from tomorrow', END + 3.2e10)),
  );
  await pushMany(one, END - DAY);
  await client.query('analyze audit_event, audit_words');
}, 120_000);
afterAll(async () => {
  client.release();
  await api.close();
});

async function inOrg<T>(work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  await client.query("select set_config('app.org_id', $1, true)", [acme.orgId]);
  const result = await work().finally(() => client.query('rollback'));
  return result;
}

const LIMIT = 51;

/** As the api finds it; as whoever owns the table and reads all of it. */
async function both(search: AuditSearch, newer: boolean): Promise<[string[], string[]]> {
  const found = await inOrg(async () => {
    await client.query('set local role postern_app');
    const rows = await searchRows(client, conditionsOf(search, {}), { limit: LIMIT, newer });
    return rows.map(({ id }) => id);
  });
  const { text, words } = conditionsOf(search, {});
  const { rows } = await client.query<{ id: string }>(
    `select id from audit_event where org_id = $1 and kind <> 'statement.finished'
        and (search_text || '') like $2 and not exists (select from unnest($3::text[]) w where search_text !~ w)
      order by at ${newer ? 'asc' : 'desc'}, id ${newer ? 'asc' : 'desc'} limit ${LIMIT}`,
    [acme.orgId, text ?? '%', words ?? []],
  );
  const ids = rows.map(({ id }) => id);
  return [found, newer ? ids.reverse() : ids];
}

describe('a search for texts', () => {
  const part = fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 14 })).map(([which, from, length]) => {
    const letters = [...(texts[which % texts.length] ?? '')];
    return letters.slice(from % letters.length, (from % letters.length) + length);
  });
  /** As a person can type it: neither NUL nor half a pair. */
  const typed = (letters: readonly string[]) => letters.join('').replace(/\0|\p{Cs}/gu, '\ufffd');
  const some = fc.oneof(
    part.map((letters): AuditSearch => ({ text: typed(letters) })),
    fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 2 }), fc.boolean())
      .map(
        ([all]): AuditSearch => ({ words: all.flatMap((letters) => wordsOf(typed(letters))).slice(0, 3) }),
      ),
    fc.constantFrom<AuditSearch>(
      ...[
        {},
        { text: 'frequent_1' },
        { text: ' FREQUENT' },
        { words: ['frequent_2'] },
        { text: 'nowhere at all' },
      ],
      ...[
        { text: 'w3999' },
        { words: ['w17', 'w3000'] },
        { text: 'papyr' },
        { words: ['tomorrow'] },
        { text: 'org.created' },
      ],
      ...[
        { text: '%' },
        { text: '_' },
        { text: 'select 791' },
        { text: '_1 ' },
        { text: ' 31676 as' },
        { words: ['31676'] },
      ],
    ),
  );

  it('finds what reading everything finds', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.boolean(), async (search, newer) => {
        const [found, all] = await both(search, newer);
        expect(found).toEqual(all);
      }),
      { numRuns: Number(process.env.POSTERN_WORDS_RUNS ?? 120) },
    );
  });

  it('finds an event wherever its partition is', async () => {
    const found = async () => (await both({ text: 'ancient papyrus' }, false))[0].length;
    expect(await found()).toBe(1);
    await client.query("select postern_audit_partition('2019-01-01')");
    expect(await found()).toBe(1);
  });
});

/** What verification finds in each chain, the good ones last. */
async function problems(): Promise<string[]> {
  return inOrg(async () => {
    const all: string[] = [];
    for await (const { problem } of verifyChains(client, acme.orgId, [], {}))
      all.push(problem ? `${problem.code} ${problem.seq}` : 'whole');
    return all.sort();
  });
}
const WHOLE = ['whole', 'whole', 'whole'];

describe('the words of a trail', () => {
  it('are those of every event, and stay so when they are made anew', async () => {
    expect(await problems()).toEqual(WHOLE);
    await client.query('select postern_audit_rebuild_words()');
    expect(await problems()).toEqual(WHOLE);
  });

  it.each([
    ['delete from audit_words', ['search_columns 1', 'search_columns 1', 'search_columns 1']],
    [
      "update audit_words set words = replace(words, ' papyrus ', ' ')",
      ['search_columns 242', 'whole', 'whole'],
    ],
    [
      "update audit_words set last_at = first_at where words like '% papyrus %'",
      // The first of its group, which the rest of that time is now outside of.
      ['search_columns 225', 'whole', 'whole'],
    ],
  ])('are found missing by verification: %s', async (tampering, expected) => {
    await client.query('create temp table kept as select * from audit_words');
    try {
      await client.query(tampering);
      expect(await problems()).toEqual(expected);
    } finally {
      await client.query('delete from audit_words');
      await client.query('insert into audit_words select * from kept');
      await client.query('drop table kept');
    }
  });

  it('of events that stand in no chain, from before there were any, are made too', async () => {
    await client.query(
      `insert into audit_event (id, org_id, at, kind, actor_id, actor_label, search_text, event)
       select gen_random_uuid(), $1, now() - interval '300 days', 'org.updated', 'a', 'a', 'before chains ' || n, '{}' from generate_series(1, 3) n`,
      [acme.orgId],
    );
    await client.query('select postern_audit_rebuild_words()');
    for (const newer of [false, true]) {
      const [found, all] = await both({ text: 'before chains' }, newer);
      expect([found.length, found]).toEqual([3, all]);
    }
  });

  it('are split by PostgreSQL as here', async () => {
    const { rows } = await client.query<{ text: string; words: string }>(
      "select search_text as text, postern_audit_words_of(array[search_text]) as words from audit_event where search_text <> ''",
    );
    for (const { text, words } of rows)
      expect(new Set(words.split(' ').filter(Boolean))).toEqual(new Set(wordsOf(text)));
  });

  it('are grouped, but for what the control plane did and for very long texts', () => {
    const text = (seq: number, searchText = 'select 1') => ({
      seq,
      searchText,
      at: '2026-11-22T10:00:00.1239Z',
    });
    const texts = Array.from({ length: 70 }, (_, n) => text(n + 1));
    const end = text(71, '');
    expect(neighboursOf([...texts, end]).map(({ firstSeq, lastSeq }) => `${firstSeq} ${lastSeq}`)).toEqual([
      ...['1 32', '33 64', '65 70'],
    ]);
    expect(neighboursOf(texts)[0]).toMatchObject({
      words: ' select 1 ',
      firstAt: '2026-11-22T10:00:00.123Z',
      lastAt: '2026-11-22T10:00:00.124Z',
    });
    expect(neighboursOf([1, 2, 3].map((seq) => text(seq, `x${seq}${'y'.repeat(5_000)}`)))).toHaveLength(2);
    expect(aloneOf(text(1))).toMatchObject({ firstAt: text(1).at, lastAt: text(1).at, words: ' select 1 ' });
  });
});

describe('retention', () => {
  it('leaves no words of what it removed, and the words of what stays', async () => {
    const known = async (word: string) =>
      (await client.query('select from audit_words where words like $1', [`% ${word} %`])).rowCount;
    const papyrus = await known('papyrus');
    // A group that the boundary goes through, and one that is all gone.
    expect([papyrus, await known('tomorrow'), await known('chains')]).toEqual([1, 1, 1]);
    await client.query('update org set audit_retention_days = 100 where id = $1', [acme.orgId]);
    for (let left = 1; left > 0; ) {
      await client.query('begin');
      await client.query("select set_config('app.org_id', $1, true)", [acme.orgId]);
      left = (await client.query('select from postern_audit_expire()')).rowCount ?? 0;
      await client.query('commit');
    }
    expect([await known('papyrus'), await known('tomorrow'), await known('chains')]).toEqual([0, 1, 0]);
    expect((await both({ text: 'from tomorrow' }, false))[0]).toHaveLength(1);
  });
});
