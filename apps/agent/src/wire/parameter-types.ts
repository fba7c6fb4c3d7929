import { type BoundParameters, KEPT } from '../targets/bound-parameters.js';
import { describeMessage, readBoundValues } from './codec/frontend.js';
import type { Conversation } from './conversation.js';
import type { Prepared } from './names.js';

const NO_TYPES: readonly number[] = [];
export const NO_PARAMETERS: BoundParameters = { count: 0, types: () => NO_TYPES };

/** Asks for the types that a Parse leaves to the server, by a Describe that the client does not see. */
export function askForTypes({ names, flight, send }: Conversation, name: string, prepared: Prepared): void {
  prepared.types = prepared.parameterTypes;
  if (!isOpen(prepared)) return;
  const known = names.types.of(prepared);
  if (known) {
    prepared.types = known;
    return;
  }
  prepared.asking = flight.add({
    what: 'describe',
    hidden: true,
    types: (oids) => {
      prepared.types = oids;
      names.types.learn(prepared, oids);
    },
    ended: () => {
      prepared.asking = undefined;
    },
  });
  send(describeMessage({ kind: 'statement', name }));
}

/** Some parameter may have a type that was not declared; `$1` in a literal asks in vain. */
function isOpen({ sql, parameterTypes }: Prepared): boolean {
  let most = 0;
  for (const [, number] of sql.matchAll(/\$(\d{1,5})/g)) most = Math.max(most, Number(number));
  return most > parameterTypes.length || (most > 0 && parameterTypes.includes(0));
}

export function boundTo(
  { governor, connection }: Conversation,
  prepared: Prepared,
  count: number,
  raw: Buffer,
): BoundParameters {
  const bound = { count, types: () => prepared.types ?? prepared.parameterTypes };
  if (count === 0 || !governor.keepsValues(connection)) return bound;
  return { ...bound, values: readBoundValues(raw, KEPT) };
}
