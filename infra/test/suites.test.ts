import { describe, expect, it } from 'vitest';
import { countVitest } from '../src/suites.js';

const test = (status: string) => ({
  status,
  fullName: `a ${status} test`,
  failureMessages: status === 'failed' ? ['why'] : [],
});
const file = (status: string, tests: ReturnType<typeof test>[]) => ({
  name: 'x.test.ts',
  status,
  message: 'broken',
  assertionResults: tests,
});

describe('counting a vitest run', () => {
  it('adds up what passed, failed and was skipped', () => {
    const report = {
      testResults: [file('failed', [test('passed'), test('failed'), test('skipped'), test('todo')])],
    };
    expect(countVitest(report, { code: 1, output: '' })).toMatchObject({ passed: 1, failed: 1, skipped: 2 });
  });

  it('counts a file that could not load as a failure', () => {
    expect(countVitest({ testResults: [file('failed', [])] }, { code: 1, output: '' })).toMatchObject({
      passed: 0,
      failed: 1,
    });
  });

  it('shows the end of the output where a report does not say what failed', () => {
    const hook = { ...file('failed', []), message: '' };
    const ended = { code: 1, output: 'Hook timed out' };
    expect(countVitest({ testResults: [hook] }, ended).failures).toEqual(['x.test.ts\nHook timed out']);
  });

  it('counts an error outside any test as a failure', () => {
    const report = { testResults: [file('passed', [test('passed')])] };
    expect(countVitest(report, { code: 1, output: 'unhandled' })).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      failures: ['unhandled'],
    });
  });

  it('does not call nothing a success', () => {
    expect(countVitest({ testResults: [] }, { code: 0, output: '' })).toMatchObject({ passed: 0, failed: 1 });
    expect(countVitest(undefined, { code: 0, output: '' })).toMatchObject({ failed: 1 });
  });
});
