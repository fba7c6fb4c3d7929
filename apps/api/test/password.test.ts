import { describe, expect, it } from 'vitest';
import { AttemptLimiter } from '../src/auth/attempt-limiter.js';
import { hashPassword, verifyPassword } from '../src/auth/password.js';
import { isTouchDue, newSecret, SESSION_IDLE_MS, SESSION_LIFE_MS, sessionEnd } from '../src/auth/session.js';
import { Clock } from '../src/clock.js';

describe('a password', () => {
  it('is right, wrong, or nobody’s', async () => {
    const hash = await hashPassword('correct horse battery');
    expect(await verifyPassword(hash, 'correct horse battery')).toBe(true);
    expect(await verifyPassword(hash, 'correct horse batterz')).toBe(false);
    expect(await verifyPassword(undefined, 'correct horse battery')).toBe(false);
    expect(await verifyPassword(hash, 'x'.repeat(10_000))).toBe(false);
    expect(await hashPassword('correct horse battery')).not.toBe(hash);
  });
});

describe('the limit of attempts', () => {
  it('counts an address as a whole, and a person wherever they are', () => {
    const byAddress = new AttemptLimiter(new Clock());
    for (let i = 0; i < 100; i++) byAddress.attempt(`p${i}@x.test`, '10.0.0.1');
    expect(() => byAddress.attempt('new@x.test', '10.0.0.1')).toThrow('too many failed attempts');
    expect(() => byAddress.attempt('new@x.test', '10.0.0.2')).not.toThrow();
    const byPerson = new AttemptLimiter(new Clock());
    for (let i = 0; i < 100; i++) byPerson.attempt('p@x.test', `10.0.1.${i}`);
    expect(() => byPerson.attempt('p@x.test', '10.0.2.1')).toThrow('too many failed attempts');
  });

  it('does not count what succeeded', () => {
    const limiter = new AttemptLimiter(new Clock());
    for (let i = 0; i < 500; i++) {
      limiter.attempt('p@x.test', '10.0.0.1');
      limiter.succeeded('p@x.test', '10.0.0.1');
    }
    expect(() => limiter.attempt('p@x.test', '10.0.0.1')).not.toThrow();
  });
});

describe('a session’s end', () => {
  const start = new Date('2026-01-01T00:00:00Z');
  const after = (ms: number) => new Date(start.getTime() + ms);

  it('moves with each use, and not beyond its life', () => {
    expect(sessionEnd(start, start)).toEqual(after(SESSION_IDLE_MS));
    expect(sessionEnd(start, after(1000))).toEqual(after(SESSION_IDLE_MS + 1000));
    expect(sessionEnd(start, after(SESSION_LIFE_MS - 1000))).toEqual(after(SESSION_LIFE_MS));
    expect(isTouchDue(after(1000), after(1000 + 299_999))).toBe(false);
    expect(isTouchDue(after(1000), after(1000 + 300_000))).toBe(true);
  });

  it('has a secret of 256 bits', () => {
    expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(32);
    expect(newSecret()).not.toBe(newSecret());
  });
});
