import type { MeResponse } from '@postern/agent/console-contract';
import { describe, expect, it } from 'vitest';
import { environmentTone } from '../src/connections/environment';
import { requestText } from '../src/results/request-text';
import { bannerOf } from '../src/shell/banner';

describe('the colour of an environment', () => {
  it.each<[string, string]>([
    ['Production', 'production'],
    ['prod-eu-1', 'production'],
    ['live', 'production'],
    ['non-production', 'staging'],
    ['pre-prod', 'staging'],
    ['Staging', 'staging'],
    ['dev 2', 'development'],
    ['products', 'production'],
    ['reproduction', 'other'],
    ['Warehouse', 'other'],
    ['', 'other'],
  ])('%j is %s', (label, tone) => {
    expect(environmentTone(label)).toBe(tone);
  });
});

describe('the banner', () => {
  const me = (policy: Partial<MeResponse['policy']>): MeResponse => ({
    user: { id: 'u', email: 'ada@acme.test', name: 'Ada' },
    ...{ orgName: 'Acme', environmentName: 'Production', sessionExpiresAt: '' },
    agent: { name: 'agent-1', version: '0.1.0' },
    policy: { version: 12, enforcedAt: null, state: 'ok', controlPlaneReachable: true, ...policy },
  });

  it('is silent when all is well', () => {
    expect(bannerOf(me({}), true)).toBeUndefined();
  });

  it.each<[Partial<MeResponse['policy']>, boolean, string, boolean]>([
    [{}, false, 'The agent does not answer.', true],
    [{ state: 'revoked', controlPlaneReachable: false }, true, 'This agent was revoked.', true],
    [
      { state: 'lease_expired', controlPlaneReachable: false },
      true,
      'The policy is too old to be trusted.',
      true,
    ],
    [{ state: 'none' }, true, 'No policy yet.', false],
    [{ controlPlaneReachable: false }, true, 'Control plane not reachable.', false],
  ])('says the gravest thing first: %j, answering %s', (policy, isAnswering, title, isGrave) => {
    expect(bannerOf(me(policy), isAnswering)).toMatchObject({ title, isGrave });
  });
});

describe('a request for access', () => {
  const person = { email: 'ada@acme.test', orgName: 'Acme', environmentName: 'Production' };

  it('is in the words of the rules', () => {
    const text = requestText(person, 'shop', ['write', 'ddl'], 'event-1');
    expect(text).toContain('write, ddl on the connection "shop"');
    expect(text).toContain('user:ada@acme.test');
    expect(text).toContain('event-1');
  });

  it('works without a connection', () => {
    expect(requestText(person, null, [])).toMatch(/^Please give me access to a connection in Postern\./);
  });
});
