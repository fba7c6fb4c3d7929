import { PERMISSION_BIT } from '../policy/permission.js';
import type { Catalog } from './catalog/catalog.js';
import type { Classification } from './model.js';
import { type Cursor, oneOfEach, type SessionState, TextSession } from './session-state.js';

/**
 * The cursor that FETCH and MOVE find where a client bound a portal to a text in the protocol (PostgreSQL docs, "Extended Query"); `state`
 * and `catalog` are what `classification` was made with. Undefined, so that they need `admin`: it is more than one statement that only reads.
 */
export function portalCursor(
  { statements }: Classification,
  state: SessionState,
  catalog: Catalog,
): Cursor | undefined {
  const [statement, ...others] = statements;
  if (statement === undefined || others.length > 0) return undefined;
  const { required, requirements, wallBreaks, effect, storesCode, searched } = statement;
  const onlyReads = (required & ~PERMISSION_BIT.read) === 0 && wallBreaks.length === 0;
  if (!onlyReads || effect !== undefined || storesCode || searched !== undefined) return undefined;
  const { against } = new TextSession(state, catalog.data.version);
  return { run: oneOfEach(requirements), hold: false, ...(against === undefined ? {} : { against }) };
}
