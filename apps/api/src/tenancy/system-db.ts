import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../config.js';

/**
 * The few questions that come before an organisation is known: who signs in, whose agent is calling, what waits in the
 * outbox. Its role reads only the columns that the first migration lists and cannot bypass row-level security.
 * Used by stores of `auth`, `people`, `agents` and `jobs`; everything else goes through `TenantDb`.
 */
@Injectable()
export class SystemDb implements OnApplicationShutdown {
  readonly pool: pg.Pool;

  constructor(@Inject(CONFIG) config: Config) {
    this.pool = new pg.Pool({
      connectionString: config.systemDatabaseUrl,
      max: 10,
      application_name: 'postern-system',
    });
    this.pool.on('error', () => {}); // an idle connection that dies is replaced at the next use
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((e: Error) => {
        broken = e;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.pool.ended) await this.pool.end();
  }
}
