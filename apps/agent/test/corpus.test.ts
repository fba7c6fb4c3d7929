import { readdirSync, readFileSync } from 'node:fs';
import { decide, type Permission } from '@postern/core/policy';
import { type Catalog, classify, compileCatalog, loadParser, NEW_SESSION } from '@postern/core/sql';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogReader } from '../src/targets/catalog/catalog-reader.js';
import { asSuperuser, type Browser, connection, rule, until, World } from './fixture.js';

interface SqlCase {
  readonly sql: string;
  readonly required?: readonly Permission[];
  readonly refused?: 'always' | 'read_only';
  readonly error?: string;
  readonly why: string;
}

const CORPUS = new URL('../../../packages/core/corpus/sql/', import.meta.url);
const files = readdirSync(CORPUS).filter((name) => name.endsWith('.json'));
const casesOf = (name: string) => JSON.parse(readFileSync(new URL(name, CORPUS), 'utf8')) as SqlCase[];

/** It depends on its session, or changes what others in it depend on. */
function isOfSession(sql: string): boolean {
  const classified = classify(sql);
  if (!classified.ok) return false;
  const { statements, usesSession } = classified.classification;
  return usesSession === true || statements.some(({ effect }) => effect !== undefined);
}

/** The corpus through the console: what core decides is what happens, for everybody, on the real path. */
describe('the SQL corpus on the console path', () => {
  let world: World;
  let alex: Browser;
  let sam: Browser;
  let database: string;
  let catalog: Catalog;

  beforeAll(async () => {
    const server = await testServer();
    database = uniqueName('corpus');
    const url = await createDatabase(server, database);
    // What the corpus allows does run here, so it runs as somebody who can do nothing elsewhere.
    const role = uniqueName('corpus_role');
    await asSuperuser(
      url,
      `create role ${role} login password 'corpus'; alter database ${database} owner to ${role}`,
    );
    const target = new URL(url);
    target.username = role;
    target.password = 'corpus';
    world = await World.create({ shop: target.href });
    await world.publish(
      [
        rule('shop', ['read'], 'user:alex@acme.example'),
        rule('shop', ['explain', 'write'], 'user:sam@acme.example'),
      ],
      {
        connections: [connection('shop', { statementTimeoutMs: 500, lockTimeoutMs: 200 })],
      },
    );
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    await loadParser();
    const reader = await CatalogReader.open('shop', target.href);
    catalog = compileCatalog((await reader.read()).data);
    await reader.close();
    alex = await world.signIn('alex');
    sam = await world.signIn('sam');
  });
  afterAll(() => world.stop());

  const expected = (principal: string, { sql }: SqlCase) => {
    const classified = classify(sql, NEW_SESSION, catalog);
    if (!classified.ok)
      return {
        status: classified.rejection.code === 'sql.too_large' ? 413 : 422,
        code: classified.rejection.code,
      };
    if (classified.classification.statements.length === 0) return { status: 422, code: 'sql.empty' };
    const decision = decide(
      world.agent.policy.inForce().compiled,
      principal,
      'shop',
      classified.classification,
    );
    return decision.allowed
      ? { status: 200 }
      : { status: 403, code: decision.code, missing: decision.missing };
  };

  it.each(files)('%s', async (file) => {
    const cases = casesOf(file);
    expect(cases.length).toBeGreaterThan(0);
    for (const [index, testCase] of cases.entries()) {
      for (const [principal, browser] of [
        ['alex', alex],
        ['sam', sam],
      ] as const) {
        // A text that uses names of its session gets a session in which nobody used them.
        const own = isOfSession(testCase.sql) ? `own-${index}` : undefined;
        const tab = own ?? `${file.replace('.json', '')}-${Math.floor(index / 10)}`;
        const answer = await browser.run('shop', testCase.sql, tab);
        if (own !== undefined) await browser.post('/api/close', { tab });
        const { error } = answer;
        const seen =
          answer.status === 200
            ? { status: 200 }
            : {
                status: answer.status,
                code: error?.code,
                ...(error?.missing ? { missing: error.missing } : {}),
              };
        expect({ sql: testCase.sql, principal, ...seen }).toEqual({
          sql: testCase.sql,
          principal,
          ...expected(principal, testCase),
        });
        // Functions that do not exist need no permission here: the database itself says that there are none.
        if (answer.status === 200 && error === null)
          expect(testCase.required?.every((permission) => grants(principal).includes(permission))).toBe(true);
      }
    }
    for (const browser of [alex, sam]) {
      for (let tab = 0; tab <= cases.length / 10; tab++)
        await browser.post('/api/close', { tab: `${file.replace('.json', '')}-${tab}` });
    }
  });

  const grants = (principal: string): Permission[] =>
    principal === 'alex' ? ['read'] : ['write', 'explain'];
});
