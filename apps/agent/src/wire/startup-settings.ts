import { PosternError } from '@postern/core/errors';
import type { PolicyConnection } from '@postern/core/policy';
import type { ClientSettings, Walls } from '../targets/connect.js';

/** What anybody may ask for at the start, whatever they may do: how values look. */
const HARMLESS = new Set([
  'datestyle',
  'timezone',
  'intervalstyle',
  'extra_float_digits',
  'bytea_output',
  'client_min_messages',
]);

const TIMEOUTS: Readonly<
  Record<string, 'statementTimeoutMs' | 'lockTimeoutMs' | 'idleInTransactionTimeoutMs'>
> = {
  statement_timeout: 'statementTimeoutMs',
  lock_timeout: 'lockTimeoutMs',
  idle_in_transaction_session_timeout: 'idleInTransactionTimeoutMs',
};

const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;
const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

export interface StartupSettings {
  readonly settings: ClientSettings;
  /** Those that it wants shorter than the connection has them. */
  readonly timeouts: Partial<Walls>;
  /** A text that does the same as those that count as SET, for being decided about; undefined: there are none. */
  readonly asText: string | undefined;
}

/**
 * The settings of a start-up packet. A closed list is taken as it is; timeouts may be shorter than the connection's; search_path
 * and whatever `options` sets counts as the SET that it is. Anything else is refused by name.
 */
export function startupSettings(
  parameters: ReadonlyMap<string, string>,
  connection: PolicyConnection,
): StartupSettings {
  const settings: [string, string][] = [];
  const decided: [string, string][] = [];
  const timeouts: { -readonly [Name in keyof Walls]?: Walls[Name] } = {};
  const take = (name: string, value: string, isOption: boolean) => {
    const lower = name.toLowerCase();
    if (lower === 'client_encoding') return checkEncoding(value);
    // Given in `options`; who is behind the session stands there, and behind it what the packet itself says.
    if (lower === 'application_name') return;
    checkName(name);
    checkValue(name, value);
    const timeout = TIMEOUTS[lower];
    if (timeout !== undefined) {
      timeouts[timeout] = checkedTimeout(name, value, connection[timeout]);
      return;
    }
    if (isOption || lower === 'search_path') decided.push([lower, value]);
    else if (!HARMLESS.has(lower)) throw notTaken(name);
    settings.push([lower, value]);
  };
  for (const [name, value] of parameters) if (name !== 'options') take(name, value, false);
  for (const [name, value] of optionsOf(parameters.get('options') ?? ''))
    take(name, value, !HARMLESS.has(name.toLowerCase()));
  const calls = decided.map(
    ([name, value]) => `set_config('${name}', '${value.replaceAll("'", "''")}', false)`,
  );
  return { settings, timeouts, asText: calls.length === 0 ? undefined : `SELECT ${calls.join(', ')}` };
}

/** `-c name=value`, `-cname=value` and `--name=value`, split as pg_split_opts does. */
function optionsOf(options: string): [string, string][] {
  const words = (options.match(/(?:\\[\s\S]|[^\s\\])+/g) ?? []).map((word) =>
    word.replace(/\\([\s\S])/g, '$1'),
  );
  const found: [string, string][] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const setting = word === '-c' ? (words[++index] ?? '') : /^(?:-c|--)(.*)$/s.exec(word)?.[1];
    const equals = setting?.indexOf('=') ?? -1;
    if (setting === undefined || equals < 1) {
      throw invalid(
        `\`${word}\` in the connection's options is not taken here`,
        'give settings as "-c name=value"',
      );
    }
    // The server takes dashes for underscores in names (ParseLongOption).
    found.push([setting.slice(0, equals).replaceAll('-', '_'), setting.slice(equals + 1)]);
  }
  return found;
}

function checkEncoding(value: string): void {
  if (/^'?(utf-?8|unicode)'?$/i.test(value)) return;
  throw invalid(
    `the client encoding \`${value}\` is not taken here: what is checked must be what the database reads`,
    'set client_encoding to UTF8, for psql: PGCLIENTENCODING=UTF8',
  );
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw notTaken(name);
}

/** A zero ends the packet's string; other control characters have no place in a setting. */
function checkValue(name: string, value: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(value))
    throw invalid(`the value of \`${name}\` holds a control character`, 'leave it out');
}

function checkedTimeout(name: string, value: string, most: number): number {
  const [, count, unit = ''] = /^\s*(\d{1,12})\s*(ms|s|min|h)?\s*$/.exec(value) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (ms >= 1 && ms <= most) return ms;
  throw invalid(`\`${name}\` can not be \`${value}\` here`, `give at most ${most} ms, or leave it out`);
}

const notTaken = (name: string) =>
  invalid(
    `the start-up parameter \`${name}\` is not taken here`,
    'leave it out of the connection string, and use SET',
  );

const invalid = (message: string, fix: string) => new PosternError('input.invalid', message, { fix });
