import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRegress } from '@postern/infra/client-drivers';
import type { PostgresServer } from '@postern/infra/postgres';
import { hasPostgres } from '@postern/infra/postgres-binaries';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import {
  firstDifference,
  type Place,
  type Refusal,
  readableCopy,
  readSql,
  refusalsOf,
  regressPsql,
  without,
  withoutPlaces,
} from './wire-regress.js';

/**
 * PostgreSQL's own regression statements (of Debian's source package, brought by `npm test`; none of them is in this repository), by
 * psql, on two databases that are alike: directly, and through the agent as somebody who may do all. What both print must be the same
 * to the byte. What Postern refuses everybody is taken out of the file first, and counted.
 * POSTERN_REGRESS=all runs every file, POSTERN_REGRESS=join,window those.
 */
const SOME = 'boolean int4 select select_distinct union portals transactions prepare copyselect';
const regress = findRegress();
const scale = process.env.POSTERN_REGRESS ?? '';
/** They change the database itself, connect as others or elsewhere, or only look at what the build has. */
const OUT = new Set(['test_setup', 'tablespace', 'regex.linux.utf8', 'psql', 'infinite_recurse']);
const SETUP = ['test_setup', 'create_index', 'create_misc'];
/** What pg_regress sets for its database. */
const AS_PG_REGRESS = [
  "lc_messages = 'C'",
  "bytea_output = 'hex'",
  "timezone_abbreviations = 'Default'",
  "compute_query_id = 'regress'",
];
const PASSES = 6;
const DROP_SUBSCRIPTIONS = `do $$ declare found name; begin
  for found in select subname from pg_subscription s join pg_database d on d.oid = subdbid where datname = current_database() loop
    execute format('alter subscription %I disable', found);
    execute format('alter subscription %I set (slot_name = none)', found);
    execute format('drop subscription %I', found);
  end loop; end $$`;

describe.runIf(regress !== undefined && hasPostgres(15))(
  'PostgreSQL’s own regression statements',
  async () => {
    const folder = regress ?? '';
    const all =
      regress === undefined
        ? []
        : (await readdir(join(folder, 'sql'))).map((name) => name.replace(/\.sql$/, ''));
    const named = scale === 'all' ? all : (scale || SOME).split(/[\s,]+/);
    const files = named.filter((name) => all.includes(name) && !OUT.has(name)).sort();

    let server: PostgresServer;
    let wire: WireWorld;
    let copy: string;
    let urls: { direct: string; through: string };
    const template = uniqueName('regress');
    const totals = { files: 0, statements: 0, refused: 0, same: 0, butPlaces: 0 };
    const reasons = new Map<string, number>();

    beforeAll(async () => {
      server = await testServer({ major: 15 });
      const dir = await mkdtemp(join(tmpdir(), 'postern-regress-'));
      await chmod(dir, 0o755);
      copy = await readableCopy(folder, join(dir, 'regress'));
      const base = await createDatabase(server, template);
      for (const name of SETUP) await regressPsql(placeOf(base), await readSql(folder, name), copy);
      urls = { direct: urlOf(uniqueName('regress_a')), through: urlOf(uniqueName('regress_b')) };
      await fresh(urls.through);
      wire = await WireWorld.create({ shop: urls.through });
      await wire.publish(
        [
          rule(
            'shop',
            ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'],
            'user:dana@acme.example',
          ),
        ],
        { connections: [connection('shop', { statementTimeoutMs: 120_000, audit: 'batched' })] },
      );
      await wire.world.start();
      await until(() => wire.world.agent.policy.state === 'ok');
    }, 120_000);
    afterAll(async () => {
      await wire.stop();
      await server.stop();
      await rm(join(copy, '..'), { recursive: true, force: true });
      const by = [...reasons]
        .sort(([, one], [, other]) => other - one)
        .map(([reason, count]) => `  ${count} × ${reason}`);
      const { files: count, same, butPlaces, statements, refused } = totals;
      process.stdout.write(
        `PostgreSQL 15's regression files through the agent: ${same} of ${count} the same to the byte, ${butPlaces} but for where syntax errors point; ${refused} of ${statements} statements refused\n${by.slice(0, 15).join('\n')}\n`,
      );
    });

    const nameOf = (url: string) => new URL(url).pathname.slice(1);
    const urlOf = (database: string) => {
      const url = new URL(server.superuserUrl());
      url.pathname = `/${database}`;
      return url.href;
    };
    const placeOf = (href: string): Place => {
      const { hostname, port, username, password, pathname } = new URL(href);
      return { host: hostname, port, user: username, password, database: pathname.slice(1) };
    };

    /** The database as it was at the beginning, with nothing of the other's run on the server: roles and what they own are shared. */
    async function fresh(url: string): Promise<string> {
      const run = (sql: string) => asSuperuser(server.superuserUrl(), sql);
      for (const one of Object.values(urls)) {
        // A database with subscriptions can not be dropped.
        await asSuperuser(one, DROP_SUBSCRIPTIONS).catch(() => undefined);
        await run(`drop database if exists ${nameOf(one)} with (force)`);
      }
      await forgetRoles();
      await run(`create database ${nameOf(url)} template ${template}`);
      for (const setting of AS_PG_REGRESS) await run(`alter database ${nameOf(url)} set ${setting}`);
      return url;
    }

    async function forgetRoles(): Promise<void> {
      const roles = await asSuperuser(
        server.superuserUrl(),
        `select quote_ident(rolname) from pg_roles where rolname ~ '^regress'`,
      );
      for (const [role] of roles)
        await asSuperuser(server.superuserUrl(), `drop role ${role}`).catch(() => undefined);
    }

    async function through(
      sql: string,
    ): Promise<{ output: string; refusals: Refusal[]; statements: number }> {
      const place: Place = {
        host: '127.0.0.1',
        port: String(wire.port),
        user: 'dana@acme.example',
        password: PASSWORD,
        database: 'shop',
      };
      const from = wire.world.received().length;
      const output = await regressPsql(place, sql, copy);
      const since = () => wire.world.received().slice(from);
      await until(() => since().some(({ kind }) => kind === 'wire.session_closed'));
      const decided = since().filter(({ kind }) => kind === 'statement.decided');
      return { output, refusals: refusalsOf(decided), statements: decided.length };
    }

    it.each(files)(
      '%s',
      async (name) => {
        let sql: string | undefined = await readSql(folder, name);
        const refused: Refusal[] = [];
        for (let pass = 0; pass < PASSES; pass++) {
          await fresh(urls.through);
          const seen = await through(sql);
          if (pass === 0) totals.statements += seen.statements;
          if (seen.refusals.length === 0) {
            // Only the name of the database may differ.
            const direct = (await regressPsql(placeOf(await fresh(urls.direct)), sql, copy)).replaceAll(
              nameOf(urls.direct),
              nameOf(urls.through),
            );
            totals.files += 1;
            totals.refused += refused.length;
            for (const { reason } of refused) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
            if (direct === seen.output) totals.same += 1;
            else if (withoutPlaces(direct) === withoutPlaces(seen.output)) totals.butPlaces += 1;
            else expect.fail(`${name}: ${firstDifference(direct, seen.output)}`);
            return;
          }
          refused.push(...seen.refusals);
          sql = without(sql, seen.refusals);
          if (sql === undefined)
            expect.fail(
              `${name}: a refused statement is not in the file: ${seen.refusals.map(({ text }) => text.slice(0, 80)).join(' | ')}`,
            );
        }
        expect.fail(`${name}: still refused after ${PASSES} passes`);
      },
      300_000,
    );
  },
);
