import type { PastStatement } from '@postern/agent/console-kept';
import { describe, expect, it } from 'vitest';
import { type HistoryEntry, matching, withEntry } from '../src/history/history';
import { merged } from '../src/history/past';
import { historyEntryOf, outcomeOfError } from '../src/run/outcome';
import { type Action, newTab, type Outcome, reduce, type Workspace } from '../src/tabs/model';
import { resultOf } from './data-rows';

const tab = (id: string, part: Partial<Workspace['tabs'][number]> = {}) => ({ ...newTab(id, []), ...part });
const start: Workspace = {
  tabs: [tab('a', { text: 'select 1' }), tab('b', { title: 'Query 2' })],
  activeId: 'a',
  closed: [],
  running: {},
  outcomes: {},
  pinned: {},
  trails: {},
};
const after = (...actions: Action[]) => actions.reduce(reduce, start);
const outcome: Outcome = {
  ...{ id: 1, sql: 'select 1', offset: 0, firstLine: 1, connection: 'shop', elapsedMs: 5 },
  ...{ results: [], error: null, auditId: null },
};

describe('tabs', () => {
  it('get the first free number', () => {
    expect(newTab('c', [tab('x', { title: 'Query 2' })]).title).toBe('Query 1');
    expect(newTab('c', start.tabs).title).toBe('Query 3');
  });

  it('close to their neighbour, and come back with their text', () => {
    const closed = after({ type: 'close', id: 'a', spare: tab('s') });
    expect(closed.activeId).toBe('b');
    const reopened = reduce(closed, { type: 'reopen' });
    expect(reopened.tabs.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(reopened.tabs[1]?.text).toBe('select 1');
  });

  it('never run out', () => {
    const none = after(
      { type: 'close', id: 'a', spare: tab('s') },
      { type: 'close', id: 'b', spare: tab('s') },
    );
    expect(none.tabs.map(({ id }) => id)).toEqual(['s']);
    expect(none.activeId).toBe('s');
    expect(none.closed.map(({ id }) => id)).toEqual(['a']);
  });

  it('stand where they were put', () => {
    const ids = (...actions: Action[]) => after(...actions).tabs.map(({ id }) => id);
    expect(ids({ type: 'move', id: 'b', to: 0 })).toEqual(['b', 'a']);
    expect(ids({ type: 'move', id: 'a', to: 9 })).toEqual(['b', 'a']);
    expect(ids({ type: 'move', id: 'a', to: -1 })).toEqual(['a', 'b']);
    expect(ids({ type: 'move', id: 'nobody', to: 1 })).toEqual(['a', 'b']);
  });

  it('take their pinned results with them', () => {
    const pin = { outcome, result: resultOf([], []) };
    const kept = after({ type: 'pin', id: 'a', pin }, { type: 'pin', id: 'a', pin });
    expect(kept.pinned).toEqual({ a: [pin] });
    expect(reduce(kept, { type: 'close', id: 'a', spare: tab('s') }).pinned).toEqual({});
    expect(reduce(kept, { type: 'unpin', id: 'a', result: pin.result }).pinned).toEqual({ a: [] });
  });

  it('forget a transaction with their session', () => {
    const open: Action = { type: 'change', id: 'a', change: { transaction: 'open' } };
    expect(after(open, { type: 'sessions-ended' }).tabs[0]?.transaction).toBe('idle');
    expect(after(open, { type: 'close', id: 'a', spare: tab('s') }).closed[0]?.transaction).toBe('idle');
  });
});

describe('runs', () => {
  it('end in their own tab, wherever the person is', () => {
    const done = after(
      { type: 'started', id: 'a', at: 1 },
      { type: 'activate', id: 'b' },
      { type: 'finished', id: 'a', outcome, transaction: 'open' },
    );
    expect(done.running).toEqual({});
    expect(done.outcomes).toEqual({ a: outcome });
    expect(done.tabs.map(({ transaction }) => transaction)).toEqual(['open', 'idle']);
  });

  it('leave nothing behind in a closed tab', () => {
    const late = after(
      { type: 'started', id: 'a', at: 1 },
      { type: 'close', id: 'a', spare: tab('s') },
      { type: 'finished', id: 'a', outcome },
    );
    expect(late.outcomes).toEqual({});
    expect(late.running).toEqual({});
  });

  it('keep the results that a COMMIT by button has nothing to say about', () => {
    const kept = after(
      { type: 'finished', id: 'a', outcome },
      { type: 'finished', id: 'a', outcome: null, transaction: 'idle' },
    );
    expect(kept.outcomes.a).toBe(outcome);
  });
});

describe('a trail', () => {
  const [first, second, third] = [1, 2, 3].map((id) => ({ ...outcome, id })) as [Outcome, Outcome, Outcome];
  const ran = (result: Outcome, keepsTrail = true): Action[] => [
    { type: 'started', id: 'a', at: 0, keepsTrail },
    { type: 'finished', id: 'a', outcome: result },
  ];
  const follow = (from: Outcome, label: string): Action => ({
    ...{ type: 'follow', id: 'a', label },
    from: { label: 'orders', outcome: from },
  });
  const step = (by: number): Action => ({ type: 'step', id: 'a', by });
  const way = [...ran(first, false), follow(first, 'b'), ...ran(second), follow(second, 'c'), ...ran(third)];

  it('leads back and forward over what was read', () => {
    const there = after(...way);
    expect(there.trails.a?.back.map(({ label }) => label)).toEqual(['orders', 'b']);
    const back = reduce(there, step(-2));
    expect(back.outcomes.a).toBe(first);
    expect(back.trails.a).toMatchObject({
      back: [],
      label: 'orders',
      forward: [{ label: 'b' }, { label: 'c' }],
    });
    expect(reduce(back, step(-1))).toBe(back);
    expect(reduce(back, step(2)).outcomes.a).toBe(third);
  });

  it('forgets what was ahead when it turns off, and all of it when something else is run', () => {
    const turned = reduce(after(...way, step(-1)), follow(second, 'd'));
    expect(turned.trails.a).toMatchObject({
      back: [{ label: 'orders' }, { label: 'b' }],
      label: 'd',
      forward: [],
    });
    expect(after(...way, ...ran(first, false)).trails).toEqual({});
    expect(after(...way, { type: 'close', id: 'a', spare: tab('s') }).trails).toEqual({});
  });

  it('stands still while something runs', () => {
    const running = after(...way, { type: 'started', id: 'a', at: 0, keepsTrail: true });
    expect(reduce(running, step(-1))).toBe(running);
  });
});

describe('history', () => {
  const entry = (id: string, sql: string): HistoryEntry => ({
    ...{ id, at: 0, connection: 'shop', sql, elapsedMs: 1 },
    ...{ outcome: 'done', summary: '1 row' },
  });

  it('keeps a hundred, newest first', () => {
    let entries: HistoryEntry[] = [];
    for (let number = 0; number < 120; number++)
      entries = withEntry(entries, entry(String(number), 'select 1'));
    expect(entries).toHaveLength(100);
    expect(entries[0]?.id).toBe('119');
  });

  it('drops the oldest rather than outgrow the browser', () => {
    const big = 'x'.repeat(600_000);
    expect(withEntry([entry('1', big)], entry('2', big)).map(({ id }) => id)).toEqual(['2']);
  });

  it('finds by words in any order', () => {
    const entries = [entry('1', 'select * from orders'), entry('2', 'select * from people')];
    expect(matching(entries, 'SHOP orders').map(({ id }) => id)).toEqual(['1']);
    expect(matching(entries, '  ')).toHaveLength(2);
  });

  it('tells a refusal from a failure', () => {
    const sent = { id: 1, connection: 'shop', sql: 'delete from t', offset: 0, firstLine: 1 };
    const ends = ['sql.denied', 'sql.refused', 'sql.failed', 'sql.cancelled', 'connection.unavailable'].map(
      (code) => historyEntryOf(outcomeOfError(sent, [], { code, message: 'm' }, 1), 'x', 0).outcome,
    );
    expect(ends).toEqual(['refused', 'refused', 'failed', 'cancelled', 'failed']);
  });

  const past = (id: string, at: string, more: object = {}): PastStatement => ({
    ...{ id, at, connection: 'shop', sql: `select '${id}'`, kinds: ['SELECT'], isShortened: false },
    ...{ isRedacted: false, decision: 'allowed', reason: null },
    outcome: { status: 'succeeded', rows: 1, durationMs: 2, sqlstate: null },
    ...more,
  });
  const TRAIL = [past('c', '2026-11-22T08:00:03Z'), past('a', '2026-11-22T08:00:01Z', { isRedacted: true })];
  const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

  it('is one with that of the audit trail, with the whole text where this browser has it', () => {
    const here = { ...entry('x', "select 'secret'"), auditId: 'a', at: at('08:00:01') };
    const alone = { ...entry('y', 'select lost'), at: at('08:00:02') };
    const all = merged([alone, here], '', TRAIL, true);
    expect(all.map(({ id, sql, lacks }) => [id, sql, lacks])).toEqual([
      ['c', "select 'c'", null],
      ['y', 'select lost', null],
      ['a', "select 'secret'", null],
    ]);
    expect(merged([], '', TRAIL, true).map(({ lacks }) => lacks)).toEqual([null, 'values']);
  });

  it('leaves what is older than the last page of the trail for the next', () => {
    const older = { ...entry('z', 'select old'), at: at('07:00:00') };
    expect(merged([older], '', TRAIL, false).map(({ id }) => id)).toEqual(['c', 'a']);
    expect(merged([older], '', TRAIL, true).map(({ id }) => id)).toEqual(['c', 'a', 'z']);
    expect(merged([older], '', [], true).map(({ id }) => id)).toEqual(['z']);
  });

  it('says of what the trail has how it ended, and what is missing of it', () => {
    const outcome = { status: 'failed', rows: null, durationMs: 1, sqlstate: '42P01' } as const;
    const runs = merged(
      [],
      '',
      [
        past('1', '2026-11-22T08:00:03Z', { outcome }),
        past('2', '2026-11-22T08:00:02Z', { decision: 'denied', outcome: null, reason: 'no' }),
        past('3', '2026-11-22T08:00:01Z', { outcome: null, isShortened: true }),
        past('4', '2026-11-22T08:00:00Z', { sql: '', isRedacted: true }),
      ],
      true,
    );
    expect(runs.map(({ outcome, summary, lacks }) => [outcome, summary, lacks])).toEqual([
      ['failed', 'SQLSTATE 42P01', null],
      ['refused', 'no', null],
      ['unknown', 'how it ended is not known, or not yet', 'middle'],
      ['done', '1 row', 'text'],
    ]);
    expect(runs.at(-1)?.sql).toBe('SELECT');
  });

  it('counts the rows of all statements', () => {
    const results = [resultOf([], [['1'], ['2']], 1), resultOf([], [['1'], ['2'], ['3']], 2)];
    expect(historyEntryOf({ ...outcome, results }, 'x', 0).summary).toBe('5 rows');
  });
});
