import type { INestApplicationContext } from '@nestjs/common';
import { loadParser, statementPrints } from '@postern/core/sql';
import type { ConnectionEvidence } from '@postern/protocol/evidence';
import { PATHS } from '@postern/protocol/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import type { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { enrolAgent } from './company.js';
import { type FurnishedCompany, furnish } from './people.js';
import { ask, finished, rowsOf } from './report-requests.js';

let api: TestApp;
let worker: INestApplicationContext;
let company: FurnishedCompany;
let peer: AgentPeer;

const statement = (text: string, kinds: string[]) => ({
  text,
  bytes: Buffer.byteLength(text),
  sha256: '0'.repeat(64),
  truncated: false,
  kinds,
});

function looked(more: Partial<ConnectionEvidence> = {}): ConnectionEvidence {
  return {
    slug: 'shop',
    since: new Date(Date.now() - 300_000).toISOString(),
    at: new Date().toISOString(),
    login: 'agent',
    sources: [{ name: 'pg_stat_statements', status: 'read' }],
    sessions: [],
    statements: [],
    others: [],
    cut: false,
    ...more,
  };
}

const counted = (sql: string, calls: number): ConnectionEvidence['statements'] =>
  statementPrints(sql).map(({ fingerprint, kind, relations }) => ({
    ...{ login: 'agent', fingerprint, kind, calls },
    relations: [...relations],
  }));

const send = (...connections: ConnectionEvidence[]) => peer.send('POST', PATHS.evidence, { connections });

beforeAll(async () => {
  await loadParser();
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  company = await furnish(api, 'acme');
  peer = await enrolAgent(api, company);
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

const report = async () =>
  (await finished(api, company, await ask(api, company, 'COMPLETENESS', {}))).document;

describe('completeness', () => {
  it('proves nothing without evidence, and says so', async () => {
    const document = await report();
    expect(document.notes.join(' ')).toContain('nothing is proved');
  });

  it('finds no fault where the audit has everything, batches and other literals included', async () => {
    await peer.push(
      peer.record(
        { statement: statement('select * from orders where id = 1', ['SELECT']) },
        { statement: statement('select * from orders where id = 2', ['SELECT']) },
        {
          statement: statement('begin; delete from orders where id = 7; commit', [
            'BEGIN',
            'DELETE',
            'COMMIT',
          ]),
        },
      ),
    );
    const answer = await send(
      looked({
        statements: [
          ...counted('select * from orders where id = $1', 2),
          ...counted('delete from orders where id = $1', 1),
        ],
      }),
    );
    expect(answer).toMatchObject({ status: 200, body: { stored: 1 } });
    expect(rowsOf(await report(), 'findings')).toEqual([]);
  });

  it('names what managed logins did past Postern', async () => {
    await send(
      looked({
        statements: [
          ...counted('delete from orders where id = $1', 4),
          ...counted('update customers set name = $1', 1),
        ],
        sessions: [
          { login: 'agent', application: 'psql', client: '10.0.0.9', startedAt: new Date().toISOString() },
        ],
        others: [{ login: 'etl', calls: 12 }],
      }),
    );
    const document = await report();
    expect(rowsOf(document, 'findings')).toMatchObject([
      {
        Connection: 'shop',
        Login: 'agent',
        Statement: 'DELETE',
        Tables: 'orders',
        Run: 5,
        'In the audit': 1,
        'Not carried': 4,
      },
      { Statement: 'UPDATE', Tables: 'customers', 'In the audit': 0, 'Not carried': 1 },
    ]);
    expect(rowsOf(document, 'sessions')).toMatchObject([{ Application: 'psql', Client: '10.0.0.9' }]);
    expect(rowsOf(document, 'natives')).toEqual([{ Connection: 'shop', Login: 'etl', Statements: 12 }]);
    expect(rowsOf(document, 'sources')).toMatchObject([
      { Source: 'pg_stat_statements', Read: 'read', Looks: 2 },
    ]);
  });

  it('takes no evidence of connections that are not the agent’s, and none that is malformed', async () => {
    expect((await send(looked({ slug: 'elsewhere' }))).body).toEqual({ stored: 0 });
    expect((await send(looked({ at: 'yesterday' }))).status).toBe(400);
  });

  it('keeps text that jsonb refuses', async () => {
    const odd = {
      login: 'a\u0000b\ud800',
      application: '\u0000',
      client: 'local',
      startedAt: new Date().toISOString(),
    };
    expect((await send(looked({ sessions: [odd] }))).body).toEqual({ stored: 1 });
  });
});
