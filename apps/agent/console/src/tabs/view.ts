import { objectKind } from '@postern/agent/console-catalog';
import { z } from 'zod';
import { storedValues } from '../parameters/placeholders';

/** What a tab shows when it is not an editor. By name, too: after a dump and restore an object has another oid. */
export const tabView = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('object'),
    oid: z.number(),
    kind: objectKind,
    schema: z.string(),
    name: z.string(),
  }),
  z.object({ type: z.literal('sessions') }),
  z.object({
    type: z.literal('explain'),
    sql: z.string(),
    parameters: storedValues.optional(),
  }),
]);
export type TabView = z.infer<typeof tabView>;

export function isSameView(a: TabView | undefined, b: TabView): boolean {
  if (a?.type === 'object' && b.type === 'object') return a.oid === b.oid && a.kind === b.kind;
  if (a?.type === 'explain' && b.type === 'explain') {
    return a.sql === b.sql && JSON.stringify(a.parameters) === JSON.stringify(b.parameters);
  }
  return a?.type === b.type;
}
