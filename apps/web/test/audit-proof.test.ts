import { describe, expect, it } from 'vitest';
import type { ChainResult, Run } from '../src/features/audit-proof/use-verify';
import { progressOf, verdictOf } from '../src/features/audit-proof/verdict';
import { removesMore } from '../src/features/settings/keeping';

const chain = { id: 'c', name: 'agent one', isAgent: true, headSeq: 10 };
const result = (more: Partial<ChainResult>): ChainResult => ({
  ...{ chain, checked: 10, anchors: 1, upToSeq: 10, toSeq: 10 },
  ...{ state: 'whole', problem: null, error: null },
  ...more,
});
const run = (results: ChainResult[], more: Partial<Run> = {}): Run => ({
  range: { chain: '', from: '', to: '' },
  ...{ startedAt: '2026-11-22T09:00:00.000Z', endedAt: '2026-11-22T09:00:01.000Z', stopped: false, results },
  ...more,
});
const problem = { code: 'altered', seq: 4, eventId: 'e', message: 'event 4 was changed' };
const broken = result({ state: 'broken', checked: 4, upToSeq: 3, problem });

describe('the verdict of a verification', () => {
  it.each([
    ['whole', run([result({})])],
    ['empty', run([result({ checked: 0, anchors: 0 })])],
    ['failed', run([result({}), result({ state: 'failed', error: 'away' })])],
    ['running', run([result({ state: 'checking' })], { endedAt: null })],
    ['stopped', run([result({ state: 'checking' })], { stopped: true })],
    // What was found stays found, whatever else happens.
    ['broken', run([broken, result({ state: 'failed', error: 'away' })], { stopped: true })],
  ])('is %s', (verdict, given) => expect(verdictOf(given)).toBe(verdict));

  it('never calls a chain whole that was not checked to its end', () => {
    const half = run([result({ state: 'checking', checked: 5, upToSeq: 5 })], { endedAt: null });
    expect(verdictOf(half)).not.toBe('whole');
    expect(progressOf(half)).toBe(50);
  });
});

describe('what removes events', () => {
  it.each([
    [{ days: null, hold: null }, { days: 365, hold: null }, true],
    [{ days: 365, hold: null }, { days: 90, hold: null }, true],
    [{ days: 90, hold: null }, { days: 365, hold: null }, false],
    [{ days: 90, hold: 'case' }, { days: 90, hold: null }, true],
    [{ days: 90, hold: 'case' }, { days: null, hold: null }, false],
    [{ days: null, hold: null }, { days: 30, hold: 'case' }, false],
  ])('%j to %j: %s', (before, after, removes) => expect(removesMore(before, after)).toBe(removes));
});
