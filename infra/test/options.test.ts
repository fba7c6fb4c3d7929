import { describe, expect, it } from 'vitest';
import { startOptions } from '../src/options.js';

describe('what npm start understands', () => {
  it('takes the documented ports when nothing is said', () => {
    expect(startOptions([], {})).toEqual({
      once: false,
      queue: 'auto',
      ports: { web: 3000, api: 4000, agent: 7070, wire: 6432, postgres: 54_320, redis: 63_790 },
    });
  });

  it('takes the command line before the environment', () => {
    const env = { POSTERN_WEB_PORT: '3001', POSTERN_API_PORT: '4001', POSTERN_QUEUE: 'postgres' };
    const options = startOptions(['--once', '--port-web', '3002', '--queue', 'redis'], env);
    expect(options).toMatchObject({ once: true, queue: 'redis', ports: { web: 3002, api: 4001 } });
  });

  it.each([
    [['--port-web', 'x'], /the port of web, `x`, is not a number/],
    [['--port-api', '70000'], /the port of api, `70000`/],
    [['--queue', 'kafka'], /`kafka` is not auto, redis or postgres/],
    [['--nonsense'], /nonsense/],
  ])('refuses %j with a sentence', (args, message) => {
    expect(() => startOptions(args, {})).toThrow(message);
  });
});
