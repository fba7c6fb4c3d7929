import { describe, expect, it } from 'vitest';
import {
  apiFilter,
  CLEARED,
  chipsOf,
  isNarrowed,
  localTime,
  queryOf,
  readSearch,
  writeSearch,
} from '../src/features/audit/audit-filter';
import { outcomeOf } from '../src/features/audit/outcome';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const search = (query: string) => readSearch(new URLSearchParams(query));

describe('audit search in the address', () => {
  it('begins with the last day and nothing else', () => {
    expect(search('')).toMatchObject({ range: '24h', text: '', decision: '' });
    expect(isNarrowed(search(''))).toBe(false);
    const { from, ...rest } = apiFilter(search(''), NOW);
    expect(from).toBe('2026-11-20T12:00:00.000Z');
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });

  it('survives the way through the address', () => {
    const wanted = search(
      'range=7d&text=drop+table&match=words&actor=sam&person=u1&group=dba&connection=production&environment=live&decision=denied&kind=statement.decided&permission=write&relation=sales.orders&outcome=failed&sqlstate=42P01&minMs=1000&maxMs=2000&minRows=5&maxRows=9&client=10.0.0.0/8&application=psql&agent=a',
    );
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(writeSearch(wanted)))
      if (value !== null) params.set(key, value);
    expect(readSearch(params)).toEqual(wanted);
    expect(isNarrowed(wanted)).toBe(true);
    expect(readSearch(new URLSearchParams(queryOf(wanted)))).toEqual(wanted);
    expect(apiFilter(wanted, NOW)).toMatchObject({
      ...{
        text: null,
        words: ['drop', 'table'],
        actorId: 'u1',
        minDurationMs: 1000,
        maxRows: 9,
        client: '10.0.0.0/8',
      },
    });
    expect(chipsOf(wanted)).not.toContain('text');
    expect(
      Object.values(apiFilter({ ...wanted, ...CLEARED, range: 'all' }, NOW)).every((each) => each === null),
    ).toBe(true);
  });

  it('leaves defaults out', () => {
    expect(writeSearch({ range: '24h', text: '' })).toEqual({ range: null, text: null });
  });

  it.each([
    'range=forever',
    'decision=maybe',
    'outcome=x',
    'sqlstate=1',
    'minMs=-1',
    'maxRows=1.5',
    'from=yesterday',
    'from=2026-99-99T00:00',
  ])('ignores %s', (query) => {
    expect(search(query)).toEqual(search(''));
  });

  it('takes custom times as this computer’s and sends them as UTC', () => {
    const local = localTime(new Date(NOW));
    const filter = apiFilter(search(`range=custom&from=${local}`), NOW);
    expect(filter.from).toBe('2026-11-21T12:00:00.000Z');
    expect(filter.to).toBeNull();
  });

  it('keeps an instant for whoever opens the address elsewhere', () => {
    const filter = apiFilter(search('range=custom&from=2026-11-21T12:00:00.250Z&to=2026-11-21T13:00Z'), NOW);
    expect(filter).toMatchObject({ from: '2026-11-21T12:00:00.250Z', to: '2026-11-21T13:00:00.000Z' });
  });

  it('has no beginning for all time', () => {
    expect(apiFilter(search('range=all'), NOW).from).toBeNull();
  });
});

describe('how a statement ended', () => {
  const event = {
    kind: 'statement.decided',
    at: '2026-11-21T11:59:30.000Z',
    decision: 'allowed',
    outcome: null,
  };
  const ended = { status: 'succeeded', rows: 1, durationMs: 3.14, sqlstate: null };

  it.each([
    [event, NOW, 'running'],
    [event, NOW + 60_000, 'outcome unknown'],
    [{ ...event, decision: 'denied' }, NOW, 'never reached the database'],
    [{ ...event, outcome: ended }, NOW, '1 row, 3.1 ms'],
    [{ ...event, outcome: { ...ended, rows: null } }, NOW, '3.1 ms'],
    [{ ...event, outcome: { ...ended, status: 'failed', sqlstate: '42P01' } }, NOW, 'failed 42P01, 3.1 ms'],
    [{ ...event, outcome: { ...ended, status: 'cancelled' } }, NOW, 'cancelled after 3.1 ms'],
  ])('case %#', (given, now, text) => {
    expect(outcomeOf(given, now)?.text).toBe(text);
  });

  it('says nothing where nothing runs', () => {
    expect(outcomeOf({ ...event, kind: 'rule.updated', decision: null }, NOW)).toBeUndefined();
  });
});
