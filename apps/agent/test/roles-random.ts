import fc from 'fast-check';

/** Objects of each kind that every schema of a random world has. */
export const OBJECTS = {
  table: ['t1', 't2', 'T "3"'],
  view: ['v1', 'v2'],
  materialized_view: ['m1'],
  sequence: ['q1', 'q2'],
  function: ['f(integer)', 'f(text, integer)', 'agg(integer)'],
  procedure: ['p(integer)'],
  type: ['mood'],
  domain: ['positive'],
} as const;
type Kind = keyof typeof OBJECTS;

const PRIVILEGES_ON: Record<string, readonly string[]> = {
  table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
  view: ['SELECT', 'INSERT', 'UPDATE'],
  materialized_view: ['SELECT', 'TRIGGER'],
  sequence: ['SELECT', 'UPDATE', 'USAGE'],
  function: ['EXECUTE'],
  procedure: ['EXECUTE'],
  type: ['USAGE'],
  domain: ['USAGE'],
  schema: ['CREATE', 'USAGE'],
  database: ['CREATE', 'CONNECT', 'TEMPORARY'],
  language: ['USAGE'],
  parameter: ['SET', 'ALTER SYSTEM'],
};
const COLUMN_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'];

/** Names of one random world; roles get the tag, because they belong to the whole server. */
export interface Names {
  readonly database: string;
  readonly roles: readonly string[];
  readonly schemas: readonly string[];
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const signature = (name: string) => {
  const open = name.indexOf('(');
  return open < 0 ? quote(name) : `${quote(name.slice(0, open))}${name.slice(open)}`;
};

/** DDL of a schema with everything in it. */
export function schemaSql(schema: string): string {
  const s = quote(schema);
  return `
    create schema ${s};
    create table ${s}.t1 (a int, b text, "C c" int); create table ${s}.t2 (a int, b text, "C c" int) partition by list (a);
    create table ${s}."T ""3""" (a int, b text, "C c" int);
    create view ${s}.v1 as select 1 as a; create view ${s}.v2 as select * from ${s}.t1;
    create materialized view ${s}.m1 as select 1 as a;
    create sequence ${s}.q1; create sequence ${s}.q2;
    create function ${s}.f(n int) returns int language sql as 'select n';
    create function ${s}.f(a text, inout n int) language sql as 'select n';
    create aggregate ${s}.agg(int) (sfunc = pg_catalog.int4pl, stype = int);
    create procedure ${s}.p(n int) language sql as 'select n';
    create type ${s}.mood as enum ('ok'); create domain ${s}.positive as int check (value > 0);`;
}

const some = <T>(list: readonly T[], min = 1) =>
  fc.subarray([...list], { minLength: Math.min(min, list.length) });

/** Where rights can be, as SQL and as a manifest's object. */
function target(names: Names, kinds: readonly string[]) {
  return fc.constantFrom(...kinds).chain((type) => {
    if (type === 'schema')
      return fc.constantFrom(...names.schemas).map((name) => ({ type, name, sql: quote(name) }));
    if (type === 'database') return fc.constant({ type, name: names.database, sql: quote(names.database) });
    if (type === 'language') return fc.constant({ type, name: 'plpgsql', sql: 'plpgsql' });
    if (type === 'parameter')
      return fc.constantFrom('work_mem', 'my.setting').map((name) => ({ type, name, sql: name }));
    return fc
      .tuple(fc.constantFrom(...names.schemas.slice(0, 2)), fc.constantFrom(...OBJECTS[type as Kind]))
      .map(([schema, name]) => ({ type, schema, name, sql: `${quote(schema)}.${signature(name)}` }));
  });
}

/** Rights that were granted on: each role in its own name to the next one. */
function chained(on: { type: string; sql: string }, names: Names, what: fc.Arbitrary<string[]>) {
  return fc
    .record({ links: fc.shuffledSubarray([...names.roles], { minLength: 2 }), words: what })
    .map(({ links, words }) => {
      const grant = (to: string) =>
        `grant ${words.join(', ')} on ${keyword(on.type)} ${on.sql} to ${quote(to)} with grant option`;
      return links.map((to, index) => {
        const from = links[index - 1];
        return from === undefined ? grant(to) : `set local role ${quote(from)}; ${grant(to)}; reset role`;
      });
    })
    .map((steps) => steps.join('; '));
}

const keyword = (type: string) => (['view', 'materialized_view'].includes(type) ? 'table' : type);

/** Statements of somebody who was here before. Those that fail are skipped. */
export function history(names: Names, major: number): fc.Arbitrary<string[]> {
  const role = fc.constantFrom(...names.roles).map(quote);
  const grantee = fc.oneof({ weight: 5, arbitrary: role }, { weight: 1, arbitrary: fc.constant('public') });
  const kinds = Object.keys(PRIVILEGES_ON).filter((kind) => kind !== 'parameter' || major >= 15);
  const rights = target(names, kinds).chain((on) =>
    fc
      .record({
        verb: fc.constantFrom('grant', 'grant', 'revoke'),
        grantee,
        what: some(PRIVILEGES_ON[on.type] ?? []),
        option: fc.boolean(),
        by: fc.option(role),
      })
      .map(({ verb, grantee: to, what, option, by }) => {
        const on_ = `${what.join(', ')} on ${keyword(on.type)} ${on.sql}`;
        const text =
          verb === 'grant'
            ? `grant ${on_} to ${to}${option ? ' with grant option' : ''}`
            : `revoke ${on_} from ${to} cascade`;
        return by === null ? text : `set local role ${by}; ${text}; reset role`;
      }),
  );
  const columns = fc
    .record({
      on: target(names, ['table']),
      what: fc.constantFrom(...COLUMN_PRIVILEGES),
      cols: some(['a', 'b', 'C c']),
      to: grantee,
      option: fc.boolean(),
      by: fc.option(role),
    })
    .map(({ on, what, cols, to, option, by }) => {
      const text = `grant ${what} (${cols.map(quote).join(', ')}) on ${on.sql} to ${to}${option ? ' with grant option' : ''}`;
      return by === null ? text : `set local role ${by}; ${text}; reset role`;
    });
  const chain = target(names, kinds).chain((on) => chained(on, names, some(PRIVILEGES_ON[on.type] ?? [])));
  const columnChain = target(names, ['table']).chain((on) =>
    chained(
      on,
      names,
      some(COLUMN_PRIVILEGES).map((what) => what.map((word) => `${word} (a, "C c")`)),
    ),
  );
  const owner = fc
    .record({ on: target(names, ['schema', 'table', 'sequence', 'function', 'view']), role })
    .map(
      ({ on, role: to }) => `alter ${on.type === 'function' ? 'routine' : on.type} ${on.sql} owner to ${to}`,
    );
  // Groups before members, as in manifests: no circles.
  const pairs = names.roles.flatMap((group, index) =>
    names.roles.slice(index + 1).map((member) => [quote(group), quote(member)] as const),
  );
  const member = fc
    .record({
      pair: fc.constantFrom(...pairs),
      admin: fc.boolean(),
      inherit: fc.boolean(),
      set: fc.boolean(),
      by: fc.option(role),
    })
    .map(({ pair: [group, to], admin, inherit, set, by }) => {
      if (major < 16) {
        const text = `grant ${group} to ${to}${admin ? ' with admin option' : ''}`;
        return by === null ? text : `set local role ${by}; ${text}; reset role`;
      }
      return `grant ${group} to ${to} with admin ${admin}, inherit ${inherit}, set ${set}${by === null ? '' : ` granted by ${by}`}`;
    });
  const future = fc
    .record({
      owner: role,
      schema: fc.option(fc.constantFrom(...names.schemas)),
      on: fc.constantFrom('tables', 'sequences', 'functions', 'types'),
      to: grantee,
      verb: fc.constantFrom('grant', 'revoke'),
    })
    .map(({ owner: by, schema, on, to, verb }) => {
      const where = schema === null ? '' : ` in schema ${quote(schema)}`;
      const text = `alter default privileges for role ${by}${where} ${verb}`;
      return verb === 'grant' ? `${text} all on ${on} to ${to}` : `${text} all on ${on} from ${to}`;
    });
  const attributes = fc
    .record({
      role,
      what: fc.constantFrom(
        'login',
        'noinherit',
        'createdb',
        'connection limit 3',
        `valid until '2031-02-03 04:05:06+02'`,
        `set search_path to a, "B"`,
        `set work_mem to '8MB'`,
      ),
    })
    .map(({ role: name, what }) => `alter role ${name} ${what}`);
  const comment = role.map((name) => `comment on role ${name} is 'it''s'`);
  const table = fc.tuple(fc.constantFrom(...names.schemas.slice(0, 2)), fc.constantFrom(...OBJECTS.table));
  const rowSecurity = fc
    .record({ on: table, policy: policyOf(names.roles), flag: fc.constantFrom(...ROW_SECURITY_FLAGS) })
    .map(({ on: [schema, name], policy, flag }) => {
      const on = `${quote(schema)}.${quote(name)}`;
      return `alter table ${on} ${flag} row level security; ${policySql(policy, on)}`;
    });
  const statement = fc.oneof(
    { weight: 2, arbitrary: rowSecurity },
    { weight: 8, arbitrary: rights },
    { weight: 3, arbitrary: columns },
    { weight: 4, arbitrary: chain },
    { weight: 2, arbitrary: columnChain },
    { weight: 2, arbitrary: owner },
    { weight: 5, arbitrary: member },
    { weight: 3, arbitrary: future },
    { weight: 1, arbitrary: attributes },
    { weight: 1, arbitrary: comment },
  );
  return fc.array(statement, { minLength: 3, maxLength: 25, size: 'max' });
}

const ROW_SECURITY_FLAGS = ['enable', 'force', 'no force', 'disable'] as const;
/** As PostgreSQL writes them, so that texts can be compared. */
const EXPRESSIONS = ['true', '(a > 0)', "(b = 'x'::text)"] as const;

interface RandomPolicy {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: string;
  readonly roles: readonly string[];
  readonly using?: string;
  readonly check?: string;
}

/** INSERT has only a check, SELECT and DELETE only a condition. */
function policyOf(roles: readonly string[]): fc.Arbitrary<RandomPolicy> {
  return fc
    .record({
      name: fc.constantFrom('own', 'P "2"', 'all'),
      permissive: fc.boolean(),
      command: fc.constantFrom('ALL', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'),
      roles: fc.oneof(some(roles), fc.constant(['PUBLIC'])),
      using: fc.constantFrom(...EXPRESSIONS),
      check: fc.constantFrom(...EXPRESSIONS),
    })
    .map(({ using, check, ...policy }) => ({
      ...policy,
      ...(policy.command !== 'INSERT' && { using }),
      ...(policy.command !== 'SELECT' && policy.command !== 'DELETE' && { check }),
    }));
}

function policySql({ name, permissive, command, roles, using, check }: RandomPolicy, on: string): string {
  const to = roles.map((role) => (role === 'PUBLIC' ? 'public' : quote(role))).join(', ');
  const conditions = `${using ? ` using (${using})` : ''}${check ? ` with check (${check})` : ''}`;
  return `create policy ${quote(name)} on ${on} as ${permissive ? 'permissive' : 'restrictive'} for ${command} to ${to}${conditions}`;
}

function rowSecurityOf(names: Names, roles: readonly string[]) {
  const tables = names.schemas
    .slice(0, 2)
    .flatMap((schema) => OBJECTS.table.map((table) => ({ schema, table })));
  const entry = fc.record(
    {
      enabled: fc.boolean(),
      forced: fc.boolean(),
      policies: fc.uniqueArray(policyOf(roles), { maxLength: 2, selector: ({ name }) => name }),
    },
    { requiredKeys: [] },
  );
  return fc
    .subarray(tables, { maxLength: 3 })
    .chain((chosen) => fc.tuple(...chosen.map((table) => entry.map((rest) => ({ ...table, ...rest })))));
}

/** A manifest that fits a world: `names.roles` exist, the last of them is never declared; `fresh` does not exist yet. */
export function manifest(names: Names, fresh: { role: string; schema: string }, major: number) {
  const declarable = [...names.roles.slice(0, -2), fresh.role];
  const retired = names.roles.at(-2) ?? '';
  return some(declarable).chain((declared) => {
    const others = names.roles.filter((name) => !declarable.includes(name) && name !== retired);
    const grantee = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...declared, ...others) },
      { weight: 1, arbitrary: fc.constant('PUBLIC') },
    );
    return fc.record({
      roles: fc.tuple(...declared.map(roleOf)),
      schemas: schemasOf([...names.schemas.slice(0, 2), fresh.schema], declared),
      grants: fc.array(grantOf(names, fresh, grantee, major), { maxLength: 12 }),
      default_privileges: fc.array(defaultOf(names, declared, grantee), { maxLength: 5 }),
      memberships: membershipsOf(declared, others, major),
      row_security: rowSecurityOf(names, [...declared, ...others]),
      retirements: fc.constantFrom([], [{ role: retired, reassign_owned_to: declared[0], drop_owned: true }]),
    });
  });
}

function roleOf(name: string) {
  return fc.record(
    {
      name: fc.constant(name),
      login: fc.boolean(),
      inherit: fc.boolean(),
      createdb: fc.boolean(),
      connection_limit: fc.constantFrom(-1, 3, 7),
      comment: fc.constantFrom("it's", 'a \\ b'),
      password_valid_until: fc.constantFrom('2031-02-03T04:05:06Z', '2030-01-01T00:00:00.250+02:00'),
      config: fc.constantFrom<Record<string, string>>(
        { search_path: 'a,"B"' },
        { work_mem: '8MB', timezone: 'UTC' },
        {},
      ),
      database_config: fc.constantFrom<Record<string, string>>({ statement_timeout: '5s' }, {}),
    },
    { requiredKeys: ['name'] },
  );
}

function schemasOf(names: readonly string[], owners: readonly string[]) {
  return fc
    .subarray([...names])
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) =>
          fc.record(
            { name: fc.constant(name), owner: fc.constantFrom(...owners) },
            { requiredKeys: ['name'] },
          ),
        ),
      ),
    );
}

function grantOf(names: Names, fresh: { schema: string }, grantee: fc.Arbitrary<string>, major: number) {
  const kinds = Object.keys(PRIVILEGES_ON).filter((kind) => kind !== 'parameter' || major >= 15);
  const object = fc.oneof(
    { weight: 3, arbitrary: target(names, kinds) },
    {
      weight: 2,
      arbitrary: fc
        .record({
          type: fc.constantFrom(...(Object.keys(OBJECTS) as Kind[])),
          schema: fc.constantFrom(...names.schemas.slice(0, 2)),
        })
        .map(({ type, schema }) => ({ type, schema, name: '*', sql: '' })),
    },
  );
  void fresh;
  return object
    .chain(({ sql: _, ...on }) => {
      const whole = some(PRIVILEGES_ON[on.type] ?? []);
      const options = {
        role: grantee,
        ensure: fc.constantFrom('present', 'present', 'present', 'absent'),
        with_grant_option: fc.boolean(),
      };
      const plain = fc.record({
        ...options,
        privileges: fc.oneof(whole, fc.constant(['ALL'])),
        object: fc.constant(on),
      });
      if (on.type !== 'table' || on.name === '*') return plain;
      const onColumns = fc.record({
        ...options,
        privileges: some(COLUMN_PRIVILEGES),
        object: some(['a', 'b', 'C c']).map((columns) => ({ ...on, columns })),
      });
      return fc.oneof(plain, onColumns as unknown as typeof plain);
    })
    .map((grant) => (grant.role === 'PUBLIC' ? { ...grant, with_grant_option: false } : grant));
}

function defaultOf(names: Names, owners: readonly string[], grantee: fc.Arbitrary<string>) {
  const where = fc.oneof(
    fc.constantFrom(...names.schemas).map((schema) => ({ schema })),
    fc.constant({ scope: { type: 'global' } }),
  );
  const grant = fc.record({
    role: grantee,
    on_type: fc.constantFrom('table', 'sequence', 'function', 'type'),
    privileges: fc.constant(['ALL']),
    ensure: fc.constantFrom('present', 'present', 'absent'),
  });
  return fc
    .record({
      where,
      owner: fc.constantFrom(...owners),
      grant: fc.array(grant, { minLength: 1, maxLength: 2 }),
    })
    .map(({ where: place, ...entry }) => ({ ...place, ...entry }));
}

function membershipsOf(declared: readonly string[], others: readonly string[], major: number) {
  const all = [...declared, ...others];
  const pairs = all.flatMap((role, index) => all.slice(index + 1).map((name) => ({ role, name })));
  const flags = { admin: fc.boolean(), ...(major >= 16 && { inherit: fc.boolean(), set: fc.boolean() }) };
  return fc
    .subarray(pairs, { maxLength: Math.min(6, pairs.length) })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map(({ role, name }) =>
          fc
            .record(flags, { requiredKeys: [] })
            .map((options): Membership => ({ role, members: [{ name, ...options }] })),
        ),
      ),
    )
    .chain((list) => (major < 16 ? fc.constant(list) : fc.tuple(...list.map((one) => grantedBy(one, list)))));
}

interface Membership {
  readonly role: string;
  readonly members: readonly {
    readonly name: string;
    readonly admin?: boolean;
    readonly granted_by?: string;
  }[];
}

/** Now and then by a member with ADMIN; never in a circle, because only by those that come later in the names. */
function grantedBy(one: Membership, list: readonly Membership[]): fc.Arbitrary<Membership> {
  const name = one.members[0]?.name ?? '';
  const grantors = list
    .filter(({ role }) => role === one.role)
    .flatMap(({ members }) => members.filter(({ admin }) => admin).map((member) => member.name))
    .filter((other) => other > name);
  return fc.constantFrom(null, ...grantors).map((by) => {
    return by === null ? one : { ...one, members: one.members.map((each) => ({ ...each, granted_by: by })) };
  });
}
