import {
  type Acl,
  type AclEntry,
  type Desired,
  defaultAclOf,
  exportManifest,
  graphFromCatalog,
  inspectionScope,
  interpret,
  loadManifest,
  MODES,
  type Mode,
  type ObjectState,
  type Plan,
  planRoles,
  type RoleGraph,
  render,
  type ServerFacts,
  WHOLE_DATABASE,
} from '@postern/core/roles';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RolesConnection } from '../src/targets/roles/connection.js';
import { readCatalog } from '../src/targets/roles/read-catalog.js';
import { missingRights } from '../src/targets/roles/rights.js';
import { MAJORS } from './postgres-majors.js';
import { history, manifest, type Names, OBJECTS, schemaSql } from './roles-random.js';

/** Many more with POSTERN_LAW_RUNS; the seed of a failure is printed and can be given as POSTERN_LAW_SEED. */
const RUNS = Number(process.env.POSTERN_LAW_RUNS ?? 25);
const SEED = process.env.POSTERN_LAW_SEED;
const settings = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };

const limit = { timeout: 60_000 + RUNS * 1_000 };

const DROPS: ReadonlySet<string> = new Set([
  'terminate_sessions',
  'reassign_owned',
  'drop_owned',
  'drop_role',
]);
const isOurs = (role: string, tag: string) => role.endsWith(tag);

/** A global default that comes to the server's own has no row any more (SetDefaultACL), and still holds. */
function withUsualDefaults(after: RoleGraph, before: RoleGraph, major: number): RoleGraph {
  const gone = [...before.defaults]
    .filter(([key, { schema }]) => schema === null && !after.defaults.has(key))
    .map(([key, state]) => [key, { ...state, acl: defaultAclOf(state.on, state.owner, major) }] as const);
  return { ...after, defaults: new Map([...after.defaults, ...gone]) };
}

/** Every right and membership, one a line. */
function rightsOf(graph: RoleGraph): string[] {
  const lines: string[] = [];
  const add = (where: string, acl: Acl) => {
    for (const { grantee, privileges, grantable } of acl) {
      for (let bit = 1; bit <= privileges; bit <<= 1) {
        if (privileges & bit) lines.push(`${where}: ${grantee} ${bit}`);
        if (grantable & bit) lines.push(`${where}: ${grantee} ${bit} with grant option`);
      }
    }
  };
  for (const [key, { acl, columns }] of graph.objects) {
    add(key, acl);
    for (const [name, list] of columns ?? []) add(`${key} ${name}`, list);
  }
  for (const [key, { acl }] of graph.defaults) add(key, acl);
  for (const [group, members] of graph.memberships) {
    for (const [member, { admin, inherit, set }] of members) {
      lines.push(`${group} ${member}`);
      for (const [option, held] of Object.entries({ admin, inherit, set })) {
        if (held) lines.push(`${group} ${member} ${option}`);
      }
    }
  }
  return [...new Set(lines)];
}

const codeOf = (error: unknown) => ((error as Error).cause as { code?: string } | undefined)?.code;
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The same without grantors: the plan promises what everybody holds, not who gave it. */
function levels(graph: RoleGraph, tag: string) {
  const union = (acl: Acl): Acl => {
    const held = new Map<string, AclEntry>();
    for (const { grantee, privileges, grantable } of acl) {
      const other = held.get(grantee);
      held.set(grantee, {
        grantee,
        grantor: '',
        privileges: privileges | (other?.privileges ?? 0),
        grantable: grantable | (other?.grantable ?? 0),
      });
    }
    return [...held.values()].sort((a, b) => (a.grantee < b.grantee ? -1 : 1));
  };
  const objects = [...graph.objects].map(([key, state]): [string, ObjectState] => [
    key,
    {
      ...state,
      acl: union(state.acl),
      ...(state.columns && { columns: new Map([...state.columns].map(([name, acl]) => [name, union(acl)])) }),
    },
  ]);
  return plain({ ...graph, objects: new Map(objects) }, tag);
}

/** A graph as plain data, roles of other tests left out. */
function plain(graph: RoleGraph, tag: string) {
  const ours = ([name]: readonly [string, unknown]) => name.endsWith(tag);
  const entries = (map: ReadonlyMap<string, unknown> | undefined) =>
    Object.fromEntries([...(map ?? [])].sort());
  return {
    roles: entries(
      new Map(
        [...graph.roles]
          .filter(ours)
          .map(([name, { verifier: _, ...role }]) => [
            name,
            { ...role, config: entries(role.config), databaseConfig: entries(role.databaseConfig) },
          ]),
      ),
    ),
    memberships: entries(
      new Map([...graph.memberships].filter(ours).map(([group, members]) => [group, entries(members)])),
    ),
    objects: entries(
      new Map([...graph.objects].map(([key, state]) => [key, { ...state, columns: entries(state.columns) }])),
    ),
    defaults: entries(graph.defaults),
    rowSecurity: entries(
      new Map(
        [...graph.rowSecurity]
          .filter(([, { enabled, forced, policies }]) => enabled || forced || policies.size > 0)
          .map(([key, state]) => [key, { ...state, policies: entries(state.policies) }]),
      ),
    ),
  };
}

/** Makes a role the owner of a schema and of everything in it. */
const GIVE = `
  create function pg_temp.give(which text, owner text) returns void language plpgsql as $$ declare it record; begin
    execute format('alter schema %I owner to %I', which, owner);
    for it in select relkind, oid::regclass as name from pg_catalog.pg_class
              where relnamespace = quote_ident(which)::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') loop
      execute format('alter %s %s owner to %I', case it.relkind when 'v' then 'view' when 'm' then 'materialized view'
        when 'S' then 'sequence' else 'table' end, it.name, owner);
    end loop;
    for it in select oid::regprocedure as name from pg_catalog.pg_proc where pronamespace = quote_ident(which)::regnamespace loop
      execute format('alter routine %s owner to %I', it.name, owner);
    end loop;
    for it in select oid::regtype as name from pg_catalog.pg_type
              where typnamespace = quote_ident(which)::regnamespace and typtype in ('e', 'd') loop
      execute format('alter type %s owner to %I', it.name, owner);
    end loop;
  end $$`;

/** All laws on one server; a further version is one more call. */
function laws(name: string, start: () => ReturnType<typeof testServer>): void {
  describe(`laws of role manifests, on random databases and manifests: ${name}`, () => {
    const database = uniqueName('laws');
    const tag = database.slice(-4);
    const names: Names = {
      database,
      roles: ['r0', 'r1', 'R "2"', 'r3', 'retired', 'undeclared'].map((name) => `${name}_${tag}`),
      schemas: ['s0', 'S "1"', 's2'],
    };
    const fresh = { role: `fresh_${tag}`, schema: 'fresh' };
    let server: Awaited<ReturnType<typeof testServer>>;
    let connection: RolesConnection;

    beforeAll(async () => {
      server = await start();
      const url = await createDatabase(server, database);
      const admin = new pg.Client({ connectionString: url });
      await admin.connect();
      await admin.query(names.schemas.map(schemaSql).join(''));
      await admin.end();
      connection = await RolesConnection.open(url);
      await connection.rows(GIVE);
    });
    afterAll(async () => {
      await connection.close();
      await server.stop();
    });

    const run = (text: string) => connection.rows(text);
    const inspect = async (desired: Desired): Promise<RoleGraph> =>
      graphFromCatalog(await readCatalog(connection, inspectionScope(desired)));

    /** Everything happens in a transaction that is rolled back: each run starts from the same database. */
    const inWorld = (statements: readonly string[], work: () => Promise<void>): Promise<void> =>
      connection.transaction('rollback', async () => {
        for (const role of names.roles) await run(`create role ${quote(role)}`);
        // So that they can name what is in the schemas, and grant it on.
        for (const schema of names.schemas) {
          await run(`grant usage on schema ${quote(schema)} to ${names.roles.map(quote).join(', ')}`);
        }
        for (const statement of statements) await attempt(statement);
        await work();
      });

    const attempt = async (statement: string): Promise<void> => {
      await run('savepoint s');
      try {
        for (const part of statement.split('; ')) await run(part);
        await run('release savepoint s');
      } catch {
        await run('rollback to savepoint s');
      }
    };

    /** False when the server keeps a role that is to be dropped: rights outside the manifest's scope, granted by others. */
    const applyAll = async (plan: Plan, facts: ServerFacts = connection.facts): Promise<boolean> => {
      for (const change of plan.changes) {
        for (const statement of render(change, facts)) {
          try {
            await run(statement);
          } catch (error) {
            if (change.kind === 'drop_role' && codeOf(error) === '2BP01') return false;
            throw error;
          }
        }
      }
      return true;
    };

    const law = (check: (desired: Desired) => Promise<void>) =>
      fc.assert(
        fc.asyncProperty(
          history(names, connection.facts.major),
          manifest(names, fresh, connection.facts.major),
          async (statements, written) => {
            const { desired } = loadManifest(JSON.stringify(written), 'random.json');
            fc.pre(desired !== undefined);
            await inWorld(statements, () => check(desired));
          },
        ),
        settings,
      );

    const planOf = (desired: Desired, current: RoleGraph, mode: Mode) =>
      planRoles({ desired, current, facts: connection.facts, mode });

    it.each(MODES)(
      '%s: what is predicted is what there is, and a second plan is empty',
      limit,
      async (mode) => {
        await law(async (desired) => {
          const current = await inspect(desired);
          const plan = planOf(desired, current, mode);
          expect(plan.problems).toEqual([]);
          if (!(await applyAll(plan))) return;
          const after = await inspect(desired);
          expect(plain(after, tag)).toEqual(plain(interpret(plan.changes, current, connection.facts), tag));
          expect(levels(after, tag)).toEqual(levels(plan.wanted, tag));
          expect(planOf(desired, after, mode).changes).toEqual([]);
          if (mode !== 'authoritative')
            expect(plan.changes.filter(({ kind }) => DROPS.has(kind))).toEqual([]);
          if (mode === 'additive')
            expect(rightsOf(withUsualDefaults(after, current, connection.facts.major))).toEqual(
              expect.arrayContaining(rightsOf(current)),
            );
        });
      },
    );

    it('the same input gives the same bytes', limit, async () => {
      await law(async (desired) => {
        const shown = async () => {
          const { changes } = planOf(desired, await inspect(desired), 'authoritative');
          return changes.flatMap((change) => render(change, connection.facts)).join('\n');
        };
        expect(await shown()).toBe(await shown());
      });
    });

    it('what may not be done is told, and the rest is done by whoever is no superuser', limit, async () => {
      const told = { passed: 0, refused: 0 };
      const who = fc.record({
        statements: history(names, connection.facts.major),
        written: manifest(names, fresh, connection.facts.major),
        administers: fc.subarray([...names.roles]),
        member: fc.subarray([...names.roles]),
        owns: fc.subarray([...names.schemas]),
        grantsItself: fc.boolean(),
        all: fc.constantFrom(true, true, true, false),
      });
      await fc.assert(
        fc.asyncProperty(who, async ({ statements, written, all, ...some }) => {
          const { desired } = loadManifest(JSON.stringify(written), 'random.json');
          fc.pre(desired !== undefined);
          await inWorld(statements, async () => {
            const everything = {
              administers: names.roles,
              member: names.roles,
              owns: names.schemas,
            };
            const facts = await actAs({ ...some, ...(all && everything) });
            const current = await inspect(desired);
            const plan = planRoles({ desired, current, facts, mode: 'authoritative' });
            if (
              plan.problems.length > 0 ||
              missingRights(plan.changes, current, plan.wanted, facts).length > 0
            ) {
              told.refused++;
              return;
            }
            if (plan.changes.length === 0) return;
            if (!(await applyAll(plan, facts))) return;
            const after = await inspect(desired);
            const left = planRoles({ desired, current: after, facts, mode: 'authoritative' }).changes;
            expect(left.flatMap((change) => render(change, facts))).toEqual([]);
            told.passed++;
          });
        }),
        settings,
      );
      process.stderr.write(`plans of a role that is no superuser, ${name}: ${JSON.stringify(told)}\n`);
    });

    interface Powers {
      readonly administers: readonly string[];
      readonly member: readonly string[];
      readonly owns: readonly string[];
      readonly grantsItself: boolean;
    }

    /** The rest of the transaction runs as a role with CREATEROLE and these powers. */
    const actAs = async ({ administers, member, owns, grantsItself }: Powers) => {
      const { major } = connection.facts;
      const op = `op_${tag}`;
      await run(`create role ${op} createrole createdb`);
      for (const role of new Set([...administers, ...member])) {
        const isAdmin = administers.includes(role);
        const isMember = member.includes(role);
        if (major >= 16)
          await run(
            `grant ${quote(role)} to ${op} with admin ${isAdmin}, inherit ${isMember}, set ${isMember}`,
          );
        else await run(`grant ${quote(role)} to ${op}${isAdmin ? ' with admin option' : ''}`);
      }
      await run(`grant usage, create on schema ${names.schemas.map(quote).join(', ')} to ${op}`);
      await run(`grant create on database ${quote(names.database)} to ${op}`);
      if (owns.length === names.schemas.length) {
        await run(`alter database ${quote(names.database)} owner to ${op}`);
        await run(`alter language plpgsql owner to ${op}`);
      }
      for (const schema of owns) await run(`select pg_temp.give('${schema}', '${op}')`);
      if (major >= 16 && grantsItself) await run(`set local createrole_self_grant = 'set, inherit'`);
      await run(`set local session authorization ${op}`);
      return {
        ...connection.facts,
        currentUser: op,
        isSuperuser: false,
        mayCreateSchemas: true,
        grantsItselfNewRoles: major >= 16 && grantsItself,
      };
    };

    it('a wildcard grants on the objects of its kind, and on no others', async () => {
      const kinds = [
        'table',
        'view',
        'materialized_view',
        'sequence',
        'function',
        'procedure',
        'type',
        'domain',
      ] as const;
      const role = names.roles[0] ?? '';
      for (const type of kinds) {
        const written = {
          roles: [{ name: role }],
          grants: [{ role, privileges: ['ALL'], object: { type, schema: 's0', name: '*' } }],
        };
        const { desired } = loadManifest(JSON.stringify(written), 'wildcard.json');
        if (!desired) throw new Error('the manifest is wrong');
        await inWorld([], async () => {
          await applyAll(planOf(desired, await inspect(desired), 'additive'));
          const after = await inspect(desired);
          const granted = [...after.objects.values()].filter(
            ({ ref, acl }) => ref.schema === 's0' && acl.some(({ grantee }) => grantee === role),
          );
          const wanted = OBJECTS[type].map((name) => ({ type, schema: 's0', name: name }));
          expect(granted.map(({ ref }) => ref)).toEqual(wanted.sort((a, b) => (a.name < b.name ? -1 : 1)));
        });
      }
    });

    it('what generate writes of a database leaves nothing to do there', limit, async () => {
      await fc.assert(
        fc.asyncProperty(history(names, connection.facts.major), async (statements) => {
          await inWorld(statements, async () => {
            const whole = graphFromCatalog(await readCatalog(connection, WHOLE_DATABASE));
            const ours = { ...whole, roles: new Map([...whole.roles].filter(([name]) => isOurs(name, tag))) };
            const memberships = new Map([...whole.memberships].filter(([group]) => isOurs(group, tag)));
            for (const folded of [false, true]) {
              const text = JSON.stringify(
                exportManifest({ ...ours, memberships }, connection.facts, { folded }),
              );
              const { desired, problems } = loadManifest(text, 'generated.json');
              expect(problems).toEqual([]);
              if (!desired) return;
              const { changes, problems: unmet } = planOf(desired, await inspect(desired), 'authoritative');
              expect(unmet).toEqual([]);
              expect(changes.flatMap((change) => render(change, connection.facts))).toEqual([]);
            }
          });
        }),
        settings,
      );
    });
  });
}

for (const major of MAJORS) laws(`PostgreSQL ${major}`, () => testServer({ major }));
