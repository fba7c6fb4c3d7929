import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../config.js';
import { inTransaction } from './pg-transaction.js';

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

  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return inTransaction(this.pool, work);
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.pool.ended) await this.pool.end();
  }
}
