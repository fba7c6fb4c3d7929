import type { CatalogObject } from '@postern/agent/console-catalog';
import { writtenIdent, writtenName } from '@postern/core/sql/identifier';
import { objectQuery } from '../api/catalog';
import { ConsoleFailure } from '../api/client';
import { queryClient } from '../api/queries';
import type { Connection } from '../connections/connection-switcher';
import type { Values } from '../parameters/placeholders';
import type { MenuAction } from '../ui/menu-at';
import { hasRows, isRoutine, isWritable } from './kinds';
import { deleteRow, insertRow, selectRows, updateRow } from './quick-sql';

/** What an object is known by. */
export type ObjectName = Pick<CatalogObject, 'oid' | 'kind' | 'schema' | 'name'>;

/** What the console does for the tree and the object pages. */
export interface ObjectCommands {
  openObject(object: ObjectName): void;
  /** A new tab with that text; `run`: at once, with what its placeholders stand for. */
  openSql(title: string, sql: string, run?: boolean, parameters?: Values): void;
  copy(text: string, what: string): void;
  say(text: string): void;
}

/** As statements name it; of a function without its arguments. */
export const nameOf = ({ kind, schema, name }: Omit<ObjectName, 'oid'>): string =>
  kind === 'extension' || kind === 'trigger' || kind === 'policy'
    ? writtenIdent(name)
    : writtenName(schema, name);

/** What a person may do with an object; what they may not is not there. */
export function actionsFor(
  object: ObjectName,
  connection: Connection,
  commands: ObjectCommands,
): MenuAction[] {
  const may = (permission: Connection['permissions'][number]) => connection.permissions.includes(permission);
  const { kind, name } = object;
  const details = async (use: (found: Awaited<ReturnType<typeof fetchDetails>>) => void) => {
    try {
      use(await fetchDetails(connection.slug, object));
    } catch (error) {
      commands.say(error instanceof ConsoleFailure ? error.detail.message : 'something went wrong');
    }
  };
  const fetchDetails = (slug: string, { oid }: ObjectName) =>
    queryClient.fetchQuery(objectQuery(slug, { kind, oid }));
  const sql = (title: string, write: (table: Awaited<ReturnType<typeof fetchDetails>>) => string) => ({
    name: title,
    run: () => void details((table) => commands.openSql(`${title.split(' ')[0]} ${name}`, write(table))),
  });
  const actions: MenuAction[] = [{ name: 'Open', run: () => commands.openObject(object) }];
  if (hasRows(kind) && may('read'))
    actions.push({ name: 'Select rows', run: () => commands.openSql(name, selectRows(object), true) });
  if (isRoutine(kind) && may('execute'))
    actions.push({ name: 'Call', run: () => commands.openObject(object) });
  actions.push({ name: 'Copy name', run: () => commands.copy(nameOf(object), 'name') });
  if (may('read') || may('ddl') || may('admin')) {
    actions.push({
      name: 'Open definition in a tab',
      run: () => void details(({ definition }) => commands.openSql(`${name} definition`, definition ?? '')),
    });
  }
  if (isWritable(kind) && may('write'))
    actions.push(
      sql('INSERT a row', insertRow),
      sql('UPDATE a row', updateRow),
      sql('DELETE a row', deleteRow),
    );
  return actions;
}
