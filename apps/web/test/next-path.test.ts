import { describe, expect, it } from 'vitest';
import { readConsoleRequest, returnsTo } from '../src/features/authorize/console-request';
import { nextPath, signInPath } from '../src/features/session/next-path';

describe('where signing in leads', () => {
  it.each(['/acme/rules', '/authorize?agent=1&state=a%2Fb', '/acme/audit?text=x#y'])('%s stays', (path) => {
    expect(nextPath(path)).toBe(path);
  });

  it.each([
    null,
    undefined,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/./\\evil.example',
    '/x/..//evil.example',
    'javascript:alert(1)',
    'acme/rules',
  ])('%s is not followed', (path) => {
    expect(nextPath(path)).toBe('/');
  });

  it('comes back to the whole address', () => {
    const path = '/authorize?agent=1&redirect_uri=http%3A%2F%2Flocalhost%3A7070%2Fauth%2Fcallback';
    const next = new URL(signInPath(path), 'http://x').searchParams.get('next');
    expect(nextPath(next)).toBe(path);
    expect(signInPath('/')).toBe('/sign-in');
  });
});

describe('what a console asks', () => {
  const query = (changes: Record<string, string> = {}) =>
    new URLSearchParams({
      agent: 'a1',
      redirect_uri: 'http://localhost:7070/auth/callback',
      code_challenge: 'c',
      state: 's',
      ...changes,
    }).toString();

  it('is read when complete', () => {
    expect(readConsoleRequest(query())).toEqual({
      agentId: 'a1',
      redirectUri: 'http://localhost:7070/auth/callback',
      codeChallenge: 'c',
      state: 's',
    });
  });

  it.each<Record<string, string>>([
    { agent: '' },
    { redirect_uri: '' },
    { code_challenge: '' },
    { state: '' },
    { redirect_uri: 'javascript:alert(1)' },
    { redirect_uri: 'data:text/html,x' },
    { redirect_uri: '/relative' },
  ])('is refused with %j', (changes) => {
    expect(readConsoleRequest(query(changes))).toBeUndefined();
  });

  it('is answered only at the origin that asked', () => {
    const asked = 'http://localhost:7070/auth/callback';
    expect(returnsTo('http://localhost:7070/auth/callback?code=1&state=s', asked)).toBe(true);
    expect(returnsTo('http://localhost:7071/auth/callback?code=1', asked)).toBe(false);
    expect(returnsTo('https://localhost:7070/auth/callback', asked)).toBe(false);
    expect(returnsTo('javascript:alert(1)', asked)).toBe(false);
    expect(returnsTo('nonsense', asked)).toBe(false);
  });
});
