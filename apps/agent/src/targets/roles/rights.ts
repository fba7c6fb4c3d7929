import {
  type Change,
  type ChangeOf,
  type ObjectRef,
  privilegesOf,
  type RoleGraph,
  type RoleState,
} from '@postern/core/roles';
import { Rights, type RightsFacts } from './held-rights.js';

/** Something that the server would refuse (or silently not do) when the plan runs. */
export interface MissingRight {
  readonly message: string;
  readonly fix: string;
}

/**
 * What the connected role may not do of a plan. A superuser may do everything; for others PostgreSQL answers a GRANT
 * that has no effect with a warning only, so all of it is looked at before anything runs.
 */
export function missingRights(
  changes: readonly Change[],
  current: RoleGraph,
  wanted: RoleGraph,
  facts: RightsFacts,
): readonly MissingRight[] {
  if (facts.isSuperuser) return [];
  const rights = new Rights(changes, current, wanted, facts);
  const found = new Map<string, MissingRight>();
  for (const change of changes)
    for (const missing of missingFor(change, rights)) found.set(missing.message, missing);
  return [...found.values()];
}

function missingFor(change: Change, rights: Rights): MissingRight[] {
  switch (change.kind) {
    case 'create_role':
    case 'alter_role':
    case 'drop_role':
    case 'set_password':
    case 'set_comment':
    case 'set_config':
      return missingForRole(change, rights);
    case 'grant_membership':
      return [
        ...needsGroup(change.group, rights),
        ...needsGrantor('grant', change, change.grantedBy, rights),
      ];
    case 'revoke_membership':
      return [...needsGroup(change.group, rights), ...needsGrantor('revoke', change, change.grantor, rights)];
    case 'grant':
    case 'revoke':
      return needsGrant(change, rights);
    case 'create_schema':
    case 'alter_schema_owner':
      return missingForSchema(change, rights);
    case 'grant_default':
    case 'revoke_default':
      return needsMembership(`change default privileges of \`${change.owner}\``, [change.owner], rights);
    case 'set_row_security':
    case 'create_policy':
    case 'drop_policy':
      return needsOwnership(change.table, rights);
    case 'reassign_owned':
      return needsMembership(`reassign what \`${change.role}\` owns`, [change.role, change.to], rights);
    case 'drop_owned':
      return needsMembership(`drop what \`${change.role}\` owns`, [change.role], rights);
    case 'terminate_sessions':
      return rights.held.has('pg_signal_backend')
        ? []
        : needsMembership(`end sessions of \`${change.role}\``, [change.role], rights);
  }
}

type RoleChange = ChangeOf<
  'create_role' | 'alter_role' | 'drop_role' | 'set_password' | 'set_comment' | 'set_config'
>;

function missingForRole(change: RoleChange, rights: Rights): MissingRight[] {
  const { role } = change;
  const isMe = role === rights.facts.currentUser;
  switch (change.kind) {
    case 'create_role':
      return [
        ...needsCreateRole(`create role \`${role}\``, rights),
        ...attributes(role, change.attributes, rights),
      ];
    case 'alter_role':
      return [...needsAdmin(role, 'alter', rights), ...attributes(role, change.attributes, rights)];
    case 'drop_role':
      return needsAdmin(role, 'drop', rights);
    case 'set_password':
      return isMe ? [] : needsAdmin(role, 'set the password of', rights);
    case 'set_comment':
      return needsAdmin(role, 'comment on', rights);
    case 'set_config':
      return isMe ? [] : needsAdmin(role, 'change settings of', rights);
  }
}

function missingForSchema(
  change: ChangeOf<'create_schema' | 'alter_schema_owner'>,
  rights: Rights,
): MissingRight[] {
  if (change.kind === 'alter_schema_owner') {
    const what = `give schema \`${change.schema}\` from \`${change.from}\` to \`${change.to}\``;
    return [
      ...needsMembership(what, [change.from, change.to], rights),
      ...needsSet(what, change.to, rights),
      ...needsDatabaseCreate(change.schema, rights, 'transfer'),
    ];
  }
  const owners = change.owner === null ? [] : [change.owner];
  const what = `give schema \`${change.schema}\` to \`${change.owner}\``;
  return [
    ...needsDatabaseCreate(change.schema, rights),
    ...needsMembership(what, owners, rights),
    ...owners.flatMap((owner) => needsSet(what, owner, rights)),
  ];
}

function needsGroup(group: string, rights: Rights): MissingRight[] {
  if (rights.mayAdminister(group)) return [];
  return [lacks(rights, `change who is in \`${group}\``, `grant it \`${group}\` WITH ADMIN OPTION`)];
}

/** Since 16 a membership belongs to its grantor, and only who has the grantor's rights acts in its name. */
function needsGrantor(
  verb: string,
  { group, member }: ChangeOf<'grant_membership' | 'revoke_membership'>,
  grantor: string | null,
  rights: Rights,
): MissingRight[] {
  if (grantor === null || rights.facts.major < 16 || rights.heldAtFirst.has(grantor)) return [];
  const what = `${verb} \`${group}\` of \`${member}\` in the name of \`${grantor}\``;
  return [lacks(rights, what, `make it a member of \`${grantor}\``)];
}

function needsOwnership(table: ObjectRef, rights: Rights): MissingRight[] {
  if (rights.owns(table)) return [];
  const what = `change row level security of \`${table.schema}.${table.name}\``;
  return [lacks(rights, what, 'make it a member of the owner')];
}

const lacks = ({ facts }: Rights, what: string, fix: string): MissingRight => ({
  message: `\`${facts.currentUser}\` may not ${what}`,
  fix: `${fix}, or connect as somebody who may`,
});

/** Ownership goes only to a role that one may become. */
function needsSet(what: string, role: string, rights: Rights): MissingRight[] {
  if (rights.settable.has(role) || !rights.held.has(role)) return [];
  return [lacks(rights, what, `let it SET ROLE \`${role}\` (membership with SET)`)];
}

/** ADMIN on a role is not enough to act for it. */
function needsMembership(what: string, roles: readonly string[], rights: Rights): MissingRight[] {
  const missing = roles.filter((role) => !rights.held.has(role)).map((role) => `\`${role}\``);
  return missing.length === 0 ? [] : [lacks(rights, what, `make it a member of ${missing.join(' and ')}`)];
}

function needsCreateRole(what: string, rights: Rights): MissingRight[] {
  if (rights.me?.createrole) return [];
  const admin = rights.provider?.admin;
  return [
    lacks(
      rights,
      what,
      admin === undefined ? 'give it CREATEROLE' : `give it CREATEROLE (members of \`${admin}\` can)`,
    ),
  ];
}

function needsAdmin(role: string, verb: string, rights: Rights): MissingRight[] {
  if (rights.me?.createrole && rights.mayAdminister(role)) return [];
  const target = rights.current.roles.get(role);
  if (target?.superuser)
    return [lacks(rights, `${verb} superuser \`${role}\``, 'take the role out of the manifest')];
  const fix = rights.me?.createrole ? `grant it \`${role}\` WITH ADMIN OPTION` : 'give it CREATEROLE';
  return [lacks(rights, `${verb} role \`${role}\``, fix)];
}

/** SUPERUSER is for superusers; the other three since 16 for whoever has them, before for superusers (CREATEDB: CREATEROLE). */
function attributes(role: string, wanted: Partial<RoleState>, rights: Rights): MissingRight[] {
  const { me, facts, provider } = rights;
  const found: MissingRight[] = [];
  if (wanted.superuser)
    found.push(
      provider === null
        ? lacks(rights, `make \`${role}\` a superuser`, 'leave out `superuser`')
        : {
            message: `${provider.name} has no superusers: \`${role}\` can not be one`,
            fix: `leave out \`superuser\`, and make it a member of \`${provider.admin}\``,
          },
    );
  for (const attribute of ['replication', 'bypassrls'] as const) {
    if (!wanted[attribute] || (facts.major >= 16 && me?.[attribute])) continue;
    const fix =
      provider?.admin === 'rds_superuser' && attribute === 'replication'
        ? 'leave it out, and make the role a member of `rds_replication`'
        : `leave out \`${attribute}\``;
    found.push(
      lacks(
        rights,
        `give \`${role}\` ${attribute.toUpperCase()}${provider === null ? '' : ` on ${provider.name}`}`,
        fix,
      ),
    );
  }
  if (wanted.createdb && facts.major >= 16 && !me?.createdb)
    found.push(lacks(rights, `give \`${role}\` CREATEDB`, 'give itself CREATEDB first'));
  return found;
}

function needsGrant(change: Extract<Change, { kind: 'grant' | 'revoke' }>, rights: Rights): MissingRight[] {
  const { kind, grantee, privileges, objects } = change;
  const refused = objects.filter((ref) =>
    kind === 'grant' ? !rights.mayGrant(ref, privileges) : !rights.mayRevoke(ref, privileges, grantee),
  );
  const [first] = refused;
  if (first === undefined) return [];
  const name = first.schema === undefined ? first.name : `${first.schema}.${first.name}`;
  const more = refused.length === 1 ? '' : ` and ${refused.length - 1} more`;
  const verb = change.kind === 'grant' ? 'grant' : 'revoke';
  return [
    lacks(
      rights,
      `${verb} ${privilegesOf(change.privileges).join(', ')} on ${change.type.replaceAll('_', ' ')} \`${name}\`${more}`,
      kind === 'revoke' && rights.owns(first)
        ? `take it out of ${rights.rivals(first, privileges).join(', ')} first, in whose name PostgreSQL might act instead of the owner's`
        : 'make it a member of the owner',
    ),
  ];
}

function needsDatabaseCreate(schema: string, rights: Rights, verb = 'create'): MissingRight[] {
  // Before the plan gives it something: whoever may not now is not the one to apply it.
  if (rights.facts.mayCreateSchemas) return [];
  const fix = `grant it CREATE on database \`${rights.facts.database}\``;
  return [lacks(rights, `${verb} schema \`${schema}\``, fix)];
}
