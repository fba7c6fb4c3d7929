const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** "3 min. ago"; "just now" within ten seconds, then seconds. */
export function relative(at: string, now: number): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  // Clocks of two machines differ a little: what came from the near future is now.
  if (seconds > -60 && seconds < 10) return 'just now';
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return ago.format(-Math.trunc(seconds / size), unit);
  }
  return ago.format(-seconds, 'second');
}

const pad = (value: number, size = 2): string => String(value).padStart(size, '0');

/** `12:04:07`, this computer's zone. */
export function clock(at: string): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** `2026-11-21 12:04:07.123`, this computer's zone: sorts and compares by eye. */
export function absolute(at: string): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${clock(at)}.${pad(date.getMilliseconds(), 3)}`;
}

/** `12:04:07`, or with the day when it was not today. */
export function clockOrDay(at: string, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? clock(at) : absolute(at).slice(0, 16);
}

/** `0.42 ms`, `12 ms`, `3.1 s`, `4 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${pad(Math.floor((ms % 60_000) / 1_000))} s`;
}

/** `1.2 MB`, decimal units. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(count < 10_000_000 ? 1 : 0)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

const numbers = new Intl.NumberFormat('en');
/** `1,234 rows`, `1 row`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${numbers.format(value)} ${value === 1 ? one : many}`;
}

/** A name as an id that people type: lower case, digits and hyphens, at most 40 characters. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
