import { ConsoleClient } from '@postern/infra/console-client';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import pg from 'pg';
import { durableRecords } from './durable-record.js';
import type { Benchmark } from './harness.js';

/** One statement at a time over HTTP, with classification, decision and two durable audit records. */
export const statement: Benchmark = {
  name: 'statement',
  title: '`select 1` through the agent’s console API, against the database directly',
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    const sam = new GraphqlClient(stack.urls.graphql);
    await sam.signIn(DEMO_PEOPLE.sam.email, stack.password);
    const console = new ConsoleClient(stack.urls.console);
    await console.signIn(sam);
    const pool = new pg.Pool({ connectionString: stack.postgres.superuserUrl('shop'), max: 1 });
    const records = await durableRecords();
    const expect200 = async (sql: string): Promise<void> => {
      const { status, body } = await console.run('production', sql);
      if (status !== 200 || body.error)
        throw new Error(`the agent answered ${status} ${JSON.stringify(body.error)}`);
    };
    return {
      batch: quick ? 50 : 300,
      contenders: [
        { name: 'pg, directly', once: () => pool.query('select 1') },
        { name: 'one durable record of 600 bytes alone (fdatasync)', once: records.append },
        { name: 'through the agent', once: () => expect200('select 1') },
        { name: 'refused by the agent', once: () => console.run('production', 'delete from orders') },
      ],
      close: async () => {
        await pool.end();
        await records.close();
      },
    };
  },
};
