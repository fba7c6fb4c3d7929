import { quoteIdent } from './quote.js';

/** Settings that PostgreSQL stores as a list of quoted names (GUC_LIST_QUOTE): the value is written item by item. */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** Settings whose stored name has capitals. */
const CAPITALS = new Map([
  ['datestyle', 'DateStyle'],
  ['intervalstyle', 'IntervalStyle'],
  ['timezone', 'TimeZone'],
]);

/** A setting's name as the catalog stores it: case does not tell settings apart. */
export function settingName(written: string, stored: Iterable<string>): string {
  const lower = written.toLowerCase();
  for (const name of stored) if (name.toLowerCase() === lower) return name;
  return CAPITALS.get(lower) ?? (written.includes('.') ? written : lower);
}

/** The items of a list setting; undefined for other settings. */
export function settingItems(name: string, value: string): string[] | undefined {
  if (!LISTS.has(name.toLowerCase())) return undefined;
  const items = value.match(/"(?:[^"]|"")*"|[^,"]+/g) ?? [];
  return items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => (item.startsWith('"') ? item.slice(1, -1).replaceAll('""', '"') : item.toLowerCase()));
}

/** True when both values mean the same. */
export function sameSetting(name: string, stored: string, wanted: string): boolean {
  const items = settingItems(name, stored);
  if (!items) return stored === wanted;
  return JSON.stringify(items) === JSON.stringify(settingItems(name, wanted));
}

/** A value as the catalog stores it. (Key words among list items are quoted there as well: {@link sameSetting} sees through.) */
export function storedSetting(name: string, value: string): string {
  const items = settingItems(name, value);
  return items
    ? items.map((item) => (/^[a-z_][a-z0-9_$]*$/.test(item) ? item : quoteIdent(item))).join(', ')
    : value;
}
