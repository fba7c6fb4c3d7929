import { describe, expect, it } from 'vitest';
import { agentToml, connectionToml, enrolCommand, urlVariable } from '../src/features/agents/agent-config';
import { progress, publicationText } from '../src/features/publication/publication';
import { bytes, clock, count, duration, listed, relative, slugOf } from '../src/ui/format';

describe('numbers and times', () => {
  it.each([
    [0.42, '0.42 ms'],
    [3.14, '3.1 ms'],
    [12.4, '12 ms'],
    [3_100, '3.1 s'],
    [245_000, '4 min 05 s'],
  ])('%d ms reads %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [91_000_000, '91 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('%d bytes read %s', (size, text) => {
    expect(bytes(size)).toBe(text);
  });

  it('counts in words', () => {
    expect(count(1, 'person', 'people')).toBe('1 person');
    expect(count(1_234, 'row')).toBe('1,234 rows');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a'])).toBe('a');
  });

  it.each([
    [-30, 'just now'],
    [5, 'just now'],
    [40, '40 sec. ago'],
    [3_600, '1 hr. ago'],
    [86_400 * 3, '3 days ago'],
    [-86_400 * 7, 'in 7 days'],
  ])('%d seconds ago reads %s', (seconds, text) => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(relative(new Date(now - seconds * 1_000).toISOString(), now)).toBe(text);
  });

  it.each([
    ['Shop Production!', 'shop-production'],
    ['  Überblick 2 ', 'uberblick-2'],
    ['---', ''],
    ['x'.repeat(60), 'x'.repeat(40)],
  ])('%j becomes the id %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});

describe('publication', () => {
  const at = '2026-11-21T12:04:07.000Z';
  const now = Date.parse(at) + 1_000;
  const env = { policyVersion: 12, agentCount: 3, enforcedCount: 3, enforcedAt: at };

  it('says how far the newest policy has come', () => {
    expect(publicationText(env, now)).toBe(`enforced on 3/3 agents at ${clock(at)}`);
    expect(publicationText({ ...env, enforcedCount: 2, enforcedAt: null }, now)).toBe(
      'enforced on 2/3 agents so far',
    );
    expect(publicationText({ ...env, agentCount: 1, enforcedCount: 1 }, now)).toBe(
      `enforced on 1/1 agent at ${clock(at)}`,
    );
    expect(publicationText({ ...env, agentCount: 0, enforcedCount: 0 }, now)).toBe('no agent enrolled');
    expect(publicationText({ ...env, policyVersion: 0 }, now)).toBe('no policy published yet');
  });

  it('is done only with a newer version that every agent enforces', () => {
    expect(progress(env, 12)).toBe('publishing');
    expect(progress(env, 11)).toBe('done');
    expect(progress({ ...env, enforcedCount: 2 }, 11)).toBe('spreading');
  });
});

describe('the agent’s configuration', () => {
  it('names a connection and the variable of its URL', () => {
    expect(urlVariable('shop-eu')).toBe('SHOP_EU_DATABASE_URL');
    expect(connectionToml('shop-eu')).toBe('[connections.shop-eu]\nurl = "env:SHOP_EU_DATABASE_URL"\n');
  });

  it('quotes names', () => {
    expect(agentToml('http://127.0.0.1:4000', 'a "b"', [])).toContain('name = "a \\"b\\""');
  });

  it('starts with the token and every URL', () => {
    expect(enrolCommand('tok', ['shop'])).toBe(
      "export SHOP_DATABASE_URL='postgresql://…'\nexport POSTERN_ENROL_TOKEN='tok'\npostern agent --config postern.toml",
    );
  });
});
