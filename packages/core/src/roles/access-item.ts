import { z } from 'zod';
import { assertNever } from '../errors.js';
import type { Change } from './changes.js';
import type { ObjectRef } from './objects.js';

/** What of access can change on its own. */
const accessAspect = z.enum(['role', 'membership', 'rights', 'owner', 'default', 'rows']);

/** One thing about access, as a change or a statement touches it. What is left out stands for anything. */
export const accessItem = z.object({
  aspect: accessAspect,
  /** The role itself, the member, the grantee (`public` for PUBLIC), or the owner of what changes hands. */
  role: z.string().exactOptional(),
  /** `membership`: the group; `default`: whose later objects. */
  group: z.string().exactOptional(),
  schema: z.string().exactOptional(),
  /** An object's name, functions with their argument types. */
  name: z.string().exactOptional(),
});
export type AccessItem = Readonly<z.infer<typeof accessItem>>;

/** What was done to it: access given, or taken away; neither where that cannot be said. */
export const accessEffect = z.enum(['gives', 'takes']);
export type AccessEffect = z.infer<typeof accessEffect>;

export const touchedItem = accessItem.extend({ effect: accessEffect.exactOptional() });
export type TouchedItem = Readonly<z.infer<typeof touchedItem>>;

/** True when what was touched covers the item. Functions are compared without arguments: statements may leave them out. */
export function covers(touched: AccessItem, item: AccessItem): boolean {
  return (
    touched.aspect === item.aspect &&
    matches(touched.role, item.role) &&
    matches(touched.group, item.group) &&
    matches(touched.schema, item.schema) &&
    (touched.name === undefined || item.name === undefined || bare(touched.name) === bare(item.name))
  );
}

const matches = (touched: string | undefined, is: string | undefined) =>
  touched === undefined || is === undefined || touched === is;
const bare = (name: string) => name.replace(/\(.*$/s, '');

/** The things that a change is about: one for each object. */
export function* itemsOf(change: Change): Iterable<AccessItem> {
  switch (change.kind) {
    case 'create_role':
    case 'alter_role':
    case 'drop_role':
    case 'set_password':
    case 'set_comment':
    case 'set_config':
    case 'terminate_sessions':
      yield { aspect: 'role', role: change.role };
      return;
    case 'reassign_owned':
    case 'drop_owned':
      yield { aspect: 'owner', role: change.role };
      return;
    case 'grant_membership':
    case 'revoke_membership':
      yield { aspect: 'membership', role: change.member, group: change.group };
      return;
    case 'grant':
    case 'revoke':
      for (const ref of change.objects) yield { aspect: 'rights', role: change.grantee, ...placeOf(ref) };
      return;
    case 'create_schema':
    case 'alter_schema_owner':
      yield { aspect: 'owner', ...placeOf({ type: 'schema', name: change.schema }) };
      return;
    case 'grant_default':
    case 'revoke_default':
      yield {
        aspect: 'default',
        role: change.grantee,
        group: change.owner,
        ...(change.schema !== null && { schema: change.schema }),
      };
      return;
    case 'set_row_security':
    case 'create_policy':
    case 'drop_policy':
      yield { aspect: 'rows', ...placeOf(change.table) };
      return;
    default:
      assertNever(change);
  }
}

/** What a change does to its items. */
export function effectOf({ kind }: Change): AccessEffect | undefined {
  switch (kind) {
    case 'create_role':
    case 'grant_membership':
    case 'grant':
    case 'grant_default':
      return 'gives';
    case 'drop_role':
    case 'revoke_membership':
    case 'revoke':
    case 'revoke_default':
      return 'takes';
    default:
      return undefined;
  }
}

/** Everything that these changes touched, once they ran. */
export function touchedBy(changes: readonly Change[]): readonly TouchedItem[] {
  return changes.flatMap((change) => {
    const effect = effectOf(change);
    return [...itemsOf(change)].map((item) => (effect === undefined ? item : { ...item, effect }));
  });
}

/** Schemas, databases and the like have a name only. */
function placeOf({ schema, name }: ObjectRef): Pick<AccessItem, 'schema' | 'name'> {
  return schema === undefined ? { name } : { schema, name };
}
