import { allPrivileges } from './acl.js';
import type { DesiredDefault, DesiredGrant } from './desired.js';
import { defaultKey } from './graph.js';
import type { ObjectRef, ObjectType, PrivilegeMask } from './objects.js';

/** What a manifest says about one grantee on one object. */
export interface Rule {
  readonly present: PrivilegeMask;
  readonly grantable: PrivilegeMask;
  readonly absent: PrivilegeMask;
  /** The grant option is to go, the privilege may stay. */
  readonly optionAbsent: PrivilegeMask;
}
/** By grantee. */
export type Rules = ReadonlyMap<string, Rule>;

export const NO_RULES: Rules = new Map();
const NO_RULE: Rule = { present: 0, grantable: 0, absent: 0, optionAbsent: 0 };

type Saying = Pick<DesiredGrant, 'grantee' | 'privileges' | 'grantable' | 'ensure'>;

function rulesOf(sayings: readonly Saying[]): Rules {
  const rules = new Map<string, Rule>();
  for (const { grantee, privileges, grantable, ensure } of sayings) {
    const rule = rules.get(grantee) ?? NO_RULE;
    const option = grantable ? privileges : 0;
    rules.set(
      grantee,
      ensure === 'present'
        ? { ...rule, present: rule.present | privileges, grantable: rule.grantable | option }
        : {
            ...rule,
            absent: rule.absent | (privileges & ~option),
            optionAbsent: rule.optionAbsent | option,
          },
    );
  }
  return rules;
}

/** The named rules rule: where they speak of a privilege, the wildcard's word about it does not count. */
function merged(wildcard: Rules, named: Rules): Rules {
  if (wildcard.size === 0) return named;
  if (named.size === 0) return wildcard;
  const rules = new Map(wildcard);
  for (const [grantee, own] of named) {
    const all = wildcard.get(grantee) ?? NO_RULE;
    const absent = (all.absent & ~own.present) | own.absent;
    rules.set(grantee, {
      present: (all.present & ~own.absent) | own.present,
      grantable: (all.grantable & ~own.absent & ~own.optionAbsent) | own.grantable,
      absent,
      optionAbsent: (all.optionAbsent & ~own.grantable) | own.optionAbsent,
    });
  }
  return rules;
}

/** The grants of a manifest, found by object. Objects with the same rules get the same object. */
export class GrantIndex {
  readonly #wildcards: ReadonlyMap<string, Rules>;
  readonly #named: ReadonlyMap<string, Rules>;
  readonly #columns: ReadonlyMap<string, ReadonlyMap<string, Rules>>;
  readonly #merged = new Map<string, Rules>();

  constructor(grants: readonly DesiredGrant[], major: number) {
    const wildcards = new Map<string, Saying[]>();
    const named = new Map<string, Saying[]>();
    const columns = new Map<string, Map<string, Saying[]>>();
    for (const grant of grants) {
      const { type, schema, name } = grant.object;
      const privileges = grant.all ? grant.privileges & allPrivileges(type, major) : grant.privileges;
      const saying = { ...grant, privileges };
      const isWildcard = name === '*' && schema !== undefined;
      const key = keyOf(type, schema, name);
      if (!grant.columns) add(isWildcard ? wildcards : named, key, saying);
      for (const column of grant.columns ?? []) {
        const ofObject = columns.get(key) ?? new Map<string, Saying[]>();
        columns.set(key, ofObject);
        add(ofObject, column, saying);
      }
    }
    this.#wildcards = mapValues(wildcards, rulesOf);
    this.#named = mapValues(named, rulesOf);
    this.#columns = mapValues(columns, (ofObject) => mapValues(ofObject, rulesOf));
  }

  /** What is said about a whole object. */
  of({ type, schema, name }: ObjectRef): Rules {
    const wildcard = schema === undefined ? undefined : this.#wildcards.get(keyOf(type, schema, '*'));
    const key = keyOf(type, schema, name);
    const named = this.#named.get(key);
    if (!wildcard || !named) return wildcard ?? named ?? NO_RULES;
    const found = this.#merged.get(key) ?? merged(wildcard, named);
    this.#merged.set(key, found);
    return found;
  }

  /** What is said about its columns. */
  columnsOf({ type, schema, name }: ObjectRef): ReadonlyMap<string, Rules> | undefined {
    return this.#columns.get(keyOf(type, schema, name));
  }
}

/** The default privileges of a manifest, by {@link defaultKey}. */
export function defaultRules(
  defaults: readonly DesiredDefault[],
  all: (on: DesiredDefault['on']) => PrivilegeMask,
) {
  const sayings = new Map<string, Saying[]>();
  for (const each of defaults) {
    const privileges = each.all ? each.privileges & all(each.on) : each.privileges;
    add(sayings, defaultKey(each), { ...each, privileges });
  }
  return mapValues(sayings, rulesOf);
}

function keyOf(type: ObjectType, schema: string | undefined, name: string): string {
  return `${type}\0${schema ?? ''}\0${name}`;
}

function add<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, to: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, to(value)]));
}
