import type { StatementClass } from '@postern/core/sql';
import { mayRename } from '../targets/own-name.js';
import { PinnedChanged } from './answers.js';
import {
  bindMessage,
  closeMessage,
  executeMessage,
  flushMessage,
  parseMessage,
  syncMessage,
} from './codec/frontend.js';
import type { Conversation } from './conversation.js';
import type { Ended } from './flight.js';

/** Of the agent's own statement and portal; a client that has the same one loses its session. */
const NAME = 'postern application_name';

/**
 * Puts the person back into application_name by a statement that the client does not see, and touches none of its own. `sync`: with a
 * ReadyForQuery that the client does see; else within the pipeline.
 */
export async function putNameBack(
  { flight, names, name, send, flush, broken }: Conversation,
  { sync }: { sync: boolean },
): Promise<void> {
  const ended = (how: Ended) => {
    if (how !== 'done') broken(new PinnedChanged('application_name'));
  };
  const own = { hidden: true, ended };
  for (const what of ['parse', 'bind', 'execute', 'close'] as const) flight.add({ what, ...own });
  const last = flight.add({ what: 'close', ...own });
  const parts = [
    parseMessage(NAME, name.statement),
    bindMessage(NAME, NAME),
    executeMessage(NAME, 0),
    closeMessage({ kind: 'portal', name: NAME }),
    closeMessage({ kind: 'statement', name: NAME }),
  ];
  if (sync) {
    flight.add({ what: 'sync', ended: () => name.isLost && ended('failed') });
    names.asked();
    send(Buffer.concat([...parts, syncMessage()]));
    flush();
  } else {
    send(Buffer.concat([...parts, flushMessage()]));
    await flight.ended(last);
  }
}

/** Whether the name must be put back at once, before what comes behind it in the same message or pipeline. */
export function renames(sql: string, { kind, functions, start, end }: StatementClass): boolean {
  const sets = kind === 'SET' || functions.some((called) => called.endsWith('set_config'));
  return sets && mayRename(sql.slice(start, end));
}

/** Whether others, in one message, would run under the name that it sets. */
export function hidesName(sql: string, statements: readonly StatementClass[]): boolean {
  const first = statements.findIndex((statement) => renames(sql, statement));
  return first !== -1 && statements.slice(first + 1).some(({ kind }) => kind !== 'SET' && kind !== 'SHOW');
}
