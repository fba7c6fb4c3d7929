import type { AccessEffect, AccessItem, TouchedItem } from '../roles/access-item.js';
import { parseText } from './parse.js';
import { type AstNode, child, isNode, list, nameParts, text, unwrap } from './tree.js';

/**
 * What of access a SQL text changes: roles, memberships, rights, owners, default privileges, row level security. What it
 * names without a schema stands for any schema. Empty when it changes none or cannot be parsed (a text that was cut off).
 * `loadParser()` must have resolved.
 */
export function accessChangesOf(sql: string): readonly TouchedItem[] {
  const result = parseText(sql);
  if (!result.ok) return [];
  return result.parsed.statements.flatMap(({ stmt }) => {
    const { type, node } = unwrap(stmt) ?? {};
    return type === undefined || node === undefined ? [] : (TOUCHES[type]?.(node) ?? []);
  });
}

type Touches = (node: AstNode) => readonly TouchedItem[];

const TOUCHES: Readonly<Record<string, Touches>> = {
  CreateRoleStmt: (node) => [{ aspect: 'role', role: text(node, 'role'), effect: 'gives' }],
  AlterRoleStmt: (node) => [{ aspect: 'role', ...named(roleOf(child(node, 'role'))) }],
  AlterRoleSetStmt: (node) => [{ aspect: 'role', ...named(roleOf(child(node, 'role'))) }],
  DropRoleStmt: (node) => roles(node, 'roles').map((role) => ({ aspect: 'role', ...role, effect: 'takes' })),
  RenameStmt: (node) =>
    text(node, 'renameType') === 'OBJECT_ROLE'
      ? [
          { aspect: 'role', role: text(node, 'subname'), effect: 'takes' },
          { aspect: 'role', role: text(node, 'newname'), effect: 'gives' },
        ]
      : [],
  CommentStmt: (node) =>
    text(node, 'objtype') === 'OBJECT_ROLE'
      ? [{ aspect: 'role', role: text(child(child(node, 'object'), 'String'), 'sval') }]
      : [],
  GrantRoleStmt: membership,
  GrantStmt: rights,
  AlterDefaultPrivilegesStmt: defaults,
  AlterOwnerStmt: (node) => [{ aspect: 'owner', ...objectOf(node.object) }],
  CreateSchemaStmt: (node) => [{ aspect: 'owner', name: text(node, 'schemaname') }],
  AlterTableStmt: alteredTable,
  CreatePolicyStmt: (node) => [{ aspect: 'rows', ...relationOf(child(node, 'table')) }],
  AlterPolicyStmt: (node) => [{ aspect: 'rows', ...relationOf(child(node, 'table')) }],
  DropStmt: droppedPolicies,
  DropOwnedStmt: (node) =>
    roles(node, 'roles').flatMap((role) => [
      { aspect: 'owner' },
      { aspect: 'rows' },
      { aspect: 'rights', ...role, effect: 'takes' },
      { aspect: 'default', ...role, effect: 'takes' },
    ]),
  ReassignOwnedStmt: () => [{ aspect: 'owner' }],
};

const effectIn = (node: AstNode): AccessEffect => (node.is_grant === true ? 'gives' : 'takes');

function membership(node: AstNode): TouchedItem[] {
  const groups = list(node, 'granted_roles').map((each) =>
    text(child(each as AstNode, 'AccessPriv'), 'priv_name'),
  );
  return groups.flatMap((group) =>
    roles(node, 'grantee_roles').map(
      (role): TouchedItem => ({ aspect: 'membership', group, ...role, effect: effectIn(node) }),
    ),
  );
}

function rights(node: AstNode): TouchedItem[] {
  const isWholeSchema = text(node, 'targtype') === 'ACL_TARGET_ALL_IN_SCHEMA';
  const places = list(node, 'objects').map((object) => {
    const place = objectOf(object);
    return isWholeSchema ? { schema: place.name ?? '' } : place;
  });
  return places.flatMap((place) =>
    roles(node, 'grantees').map(
      (role): TouchedItem => ({ aspect: 'rights', ...role, ...place, effect: effectIn(node) }),
    ),
  );
}

function defaults(node: AstNode): TouchedItem[] {
  const option = (name: string): readonly unknown[] => {
    const found = list(node, 'options')
      .map((each) => child(each as AstNode, 'DefElem'))
      .find((each) => text(each, 'defname') === name);
    return found ? list(child(child(found, 'arg'), 'List'), 'items') : [];
  };
  const owners = option('roles').map((each) => roleOf(child(each as AstNode, 'RoleSpec')));
  const schemas = option('schemas').map((each) => text(child(each as AstNode, 'String'), 'sval'));
  const action = child(node, 'action');
  return (owners.length > 0 ? owners : [undefined]).flatMap((group) =>
    (schemas.length > 0 ? schemas : [undefined]).flatMap((schema) =>
      roles(action, 'grantees').map(
        (role): TouchedItem => ({
          aspect: 'default',
          ...role,
          ...(group !== undefined && { group }),
          ...(schema !== undefined && { schema }),
          effect: effectIn(action),
        }),
      ),
    ),
  );
}

function alteredTable(node: AstNode): TouchedItem[] {
  const table = relationOf(child(node, 'relation'));
  return list(node, 'cmds').flatMap((command): TouchedItem[] => {
    const subtype = text(child(command as AstNode, 'AlterTableCmd'), 'subtype');
    if (subtype === 'AT_ChangeOwner') return [{ aspect: 'owner', ...table }];
    return subtype.endsWith('RowSecurity') ? [{ aspect: 'rows', ...table }] : [];
  });
}

/** The last part of the name is the policy's own. */
function droppedPolicies(node: AstNode): TouchedItem[] {
  if (text(node, 'removeType') !== 'OBJECT_POLICY') return [];
  return list(node, 'objects').map((object) => {
    const parts = nameParts(list(child(object as AstNode, 'List'), 'items'));
    return { aspect: 'rows', ...placeOf(parts.slice(0, -1)) };
  });
}

const roles = (node: AstNode, field: string): Pick<AccessItem, 'role'>[] =>
  list(node, field).map((each) => named(roleOf(child(each as AstNode, 'RoleSpec'))));

const named = (role: string | undefined): Pick<AccessItem, 'role'> => (role === undefined ? {} : { role });

/** undefined: whoever is connected, which the text does not say. */
function roleOf(spec: AstNode): string | undefined {
  const type = text(spec, 'roletype');
  if (type === 'ROLESPEC_PUBLIC') return 'public';
  return type === 'ROLESPEC_CSTRING' ? text(spec, 'rolename') : undefined;
}

type PlaceOfItem = Pick<AccessItem, 'schema' | 'name'>;

function relationOf(node: AstNode): PlaceOfItem {
  return placeOf([text(node, 'schemaname'), text(node, 'relname')].filter((part) => part !== ''));
}

/** A table, a function, or a name by itself. */
function objectOf(value: unknown): PlaceOfItem {
  const { type, node } = unwrap(value) ?? {};
  if (node === undefined) return {};
  if (type === 'RangeVar') return relationOf(node);
  if (type === 'ObjectWithArgs') return placeOf(nameParts(list(node, 'objname')));
  if (type === 'List') return placeOf(nameParts(list(node, 'items')));
  return isNode(node) && type === 'String' ? { name: text(node, 'sval') } : {};
}

function placeOf(parts: readonly string[]): PlaceOfItem {
  const [name, schema] = [parts.at(-1), parts.at(-2)];
  return { ...(schema !== undefined && { schema }), ...(name !== undefined && { name }) };
}
