import { describe, expect, it } from 'vitest';
import { createLogger, NestLog } from '../src/log.js';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(
    createLogger('debug', 'api', {
      write: (line) => {
        text += line;
      },
    }),
  );
  return text;
}

describe('the log', () => {
  it.each(['authorization', 'cookie', 'set-cookie', 'password', 'token'])('keeps `%s` to itself', (name) => {
    const text = logged((log) => {
      log.info({ [name]: 'hush-1' });
      log.info({ headers: { [name]: 'hush-2' } });
      log.info({ request: { headers: { [name]: 'hush-3' } } });
    });
    expect(text).not.toContain('hush');
    expect(text.match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('has Nest’s own words, with the error behind them', () => {
    const text = logged((log) => {
      new NestLog(log).error(new Error('what broke'), 'sign-in');
      new NestLog(log).warn('careful', 'Router');
    });
    const [error, warning] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(error).toMatchObject({ level: 50, service: 'api', msg: 'what broke', err: { type: 'Error' } });
    expect(warning).toMatchObject({ level: 40, msg: 'careful', context: 'Router' });
  });
});
