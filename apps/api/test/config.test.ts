import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';

const GOOD = {
  POSTERN_DATABASE_URL: 'postgres://app:app-password@db/postern',
  POSTERN_SYSTEM_DATABASE_URL: 'postgres://system:system-password@db/postern',
  POSTERN_REDIS_URL: 'redis://queue:6379',
  POSTERN_SIGNING_KEY_FILE: '/keys/signing.json',
};

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

describe('the configuration', () => {
  it('has defaults for a local stack, and secure cookies', () => {
    expect(readConfig(GOOD)).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      webUrl: 'http://127.0.0.1:3000',
      cookieSecure: true,
      queue: { backend: 'redis', url: 'redis://queue:6379' },
      allowPrivateDestinations: false,
      policyLeaseSeconds: 86_400,
    });
  });

  it('tells every problem at once, by name and without values', () => {
    const env = {
      POSTERN_DATABASE_URL: 'mysql://app:topsecret@db/x',
      POSTERN_API_PORT: 'many',
      POSTERN_WEB_URL: 'not a url',
      POSTERN_QUEUE: 'kafka',
      POSTERN_COOKIE_SECURE: 'maybe',
    };
    const problems = problemsOf(env);
    for (const name of [...Object.keys(env), 'POSTERN_SYSTEM_DATABASE_URL', 'POSTERN_SIGNING_KEY_FILE'])
      expect(problems.filter((problem) => problem.startsWith(`\`${name}\``))).toHaveLength(1);
    expect(problems.join()).not.toContain('topsecret');
  });

  it('wants the address of the queue that it names', () => {
    expect(problemsOf({ ...GOOD, POSTERN_REDIS_URL: undefined })[0]).toMatch(/^`POSTERN_REDIS_URL`: needed/);
    expect(problemsOf({ ...GOOD, POSTERN_QUEUE: 'postgres' })[0]).toMatch(
      /^`POSTERN_QUEUE_DATABASE_URL`: needed/,
    );
    const url = 'postgres://queue:queue@db/postern';
    expect(problemsOf({ ...GOOD, POSTERN_QUEUE: 'postgres', POSTERN_QUEUE_DATABASE_URL: url })).toEqual([]);
  });
});
