import { type AccessItem, type Change, itemsOf } from '@postern/core/roles';
import type { RolesConnection } from './connection.js';
import { changeTimes, KEEPS_COMMIT_TIMES } from './inspect/change-times.sql.js';

/** More are not asked for: somebody reads this. */
const MAX_ITEMS = 20_000;

const keyOf = ({ aspect, role, group, schema, name }: AccessItem): string =>
  JSON.stringify([aspect, role, group, schema, name]);

/** When the server last wrote what the changes are about; undefined where it does not tell. */
export async function readChangeTimes(
  connection: RolesConnection,
  changes: readonly Change[],
): Promise<(item: AccessItem) => string | undefined> {
  const [setting] = await connection.rows<{ keeps: boolean }>(KEEPS_COMMIT_TIMES);
  if (!setting?.keeps) return () => undefined;
  const items = new Map<string, AccessItem>();
  for (const change of changes)
    for (const item of itemsOf(change)) if (items.size < MAX_ITEMS) items.set(keyOf(item), item);
  const keys = [...items.keys()];
  const rows = await connection.rows<{ i: number; at: string | null }>(
    changeTimes(connection.facts.mayReadVerifiers),
    [JSON.stringify([...items.values()].map((item, i) => ({ i, ...item })))],
  );
  const times = new Map(rows.flatMap(({ i, at }) => (at === null ? [] : [[keys[i], at] as const])));
  return (item) => times.get(keyOf(item));
}
