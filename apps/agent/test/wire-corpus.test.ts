import { readdirSync, readFileSync } from 'node:fs';
import { decide } from '@postern/core/policy';
import { type Catalog, classify, compileCatalog, loadParser, NEW_SESSION } from '@postern/core/sql';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogReader } from '../src/targets/catalog/catalog-reader.js';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { outcomeOf, WireWorld } from './wire-fixture.js';

const CORPUS = new URL('../../../packages/core/corpus/sql/', import.meta.url);
const files = readdirSync(CORPUS).filter((name) => name.endsWith('.json'));
const casesOf = (name: string) =>
  (JSON.parse(readFileSync(new URL(name, CORPUS), 'utf8')) as { sql: string }[]).map(({ sql }) => sql);

/** It depends on its session, or changes what others in it depend on. */
function isOfSession(sql: string): boolean {
  const classified = classify(sql);
  if (!classified.ok) return false;
  const { statements, usesSession } = classified.classification;
  return usesSession === true || statements.some(({ effect }) => effect !== undefined);
}

/** Messages hold neither a zero nor half a character. */
const isSendable = (sql: string) => !sql.includes('\0') && Buffer.from(sql).toString() === sql;

const REJECTED: Readonly<Record<string, string>> = {
  'sql.syntax': '42601',
  'sql.too_large': '54000',
  'sql.too_complex': '54001',
  'sql.invalid_text': '22021',
};

/** The corpus through both protocols: what core decides is what happens, as on the console path. */
describe.each(['simple', 'extended'] as const)('the SQL corpus by the %s protocol', (queryMode) => {
  let wire: WireWorld;
  let catalog: Catalog;

  beforeAll(async () => {
    const server = await testServer();
    const database = uniqueName('wire_corpus');
    const url = await createDatabase(server, database);
    // What the corpus allows does run here, so it runs as somebody who can do nothing elsewhere.
    const role = uniqueName('wire_corpus_role');
    await asSuperuser(
      url,
      `create role ${role} login password 'corpus'; alter database ${database} owner to ${role}`,
    );
    const target = new URL(url);
    target.username = role;
    target.password = 'corpus';
    wire = await WireWorld.create({ shop: target.href });
    await wire.publish(
      [
        rule('shop', ['read'], 'user:alex@acme.example'),
        rule('shop', ['explain', 'write'], 'user:sam@acme.example'),
      ],
      { connections: [connection('shop', { statementTimeoutMs: 500, lockTimeoutMs: 200 })] },
    );
    await wire.world.start();
    await until(() => wire.world.agent.policy.state === 'ok');
    await loadParser();
    const reader = await CatalogReader.open('shop', target.href);
    catalog = compileCatalog((await reader.read()).data);
    await reader.close();
  });
  afterAll(() => wire.stop());

  const expected = (principal: string, sql: string) => {
    const classified = classify(sql, NEW_SESSION, catalog);
    if (!classified.ok)
      return { code: REJECTED[classified.rejection.code], message: classified.rejection.message };
    const { compiled } = wire.world.agent.policy.inForce();
    const decision = decide(compiled, principal, 'shop', classified.classification);
    return decision.allowed ? 'allowed' : { code: '42501', message: decision.message };
  };

  /** A refusal of ours says whom to ask or what to leave out; PostgreSQL's own never do. */
  const seen = ({ code, message, hint }: Partial<pg.DatabaseError>) => {
    if (message !== undefined && code === undefined) return { lost: message };
    const isOurs =
      Object.values(REJECTED).includes(code ?? '') ||
      (code === '42501' && /^(ask an|leave it)/.test(hint ?? ''));
    return isOurs ? { code, message } : 'allowed';
  };

  it.each(files)('%s', async (file) => {
    const cases = casesOf(file).filter(isSendable);
    expect(cases.length).toBeGreaterThan(0);
    for (const principal of ['alex', 'sam']) {
      let client = await wire.client(principal);
      for (const [index, sql] of cases.entries()) {
        const isOwn = isOfSession(sql);
        if (isOwn || index % 10 === 0) {
          await client.end();
          client = await wire.client(principal);
        }
        const outcome = await outcomeOf(client.query({ text: sql, queryMode } as pg.QueryConfig));
        const want = expected(principal, sql);
        const got = seen(outcome as Partial<pg.DatabaseError>);
        // Several statements in one Parse are the server's to refuse, with the code of a syntax error.
        const isServers = want === 'allowed' && /multiple commands/.test(outcome.message ?? '');
        expect({ sql, principal, seen: isServers ? want : got }).toEqual({ sql, principal, seen: want });
        if (isOwn) {
          await client.end();
          client = await wire.client(principal);
        }
      }
      await client.end();
    }
  });
});
