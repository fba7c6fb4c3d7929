import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { CONFIG, type Config } from '../config.js';
import { type Prisma, PrismaClient } from '../generated/prisma/client.js';
import { inTransaction } from './pg-transaction.js';

/** A transaction that belongs to one organisation. Stores take it; nobody else opens one. */
export type Tx = Prisma.TransactionClient;

type BeforeCommit = () => Promise<void>;
const beforeCommits = new WeakMap<Tx, Map<string, BeforeCommit>>();

/**
 * Runs `work` as the last thing of the transaction, once for each key: what takes a lock that every change of the organisation
 * needs is held for a moment only, and always after all other locks, so that no two changes wait for each other.
 */
export function beforeCommit(tx: Tx, key: string, work: BeforeCommit): void {
  const works = beforeCommits.get(tx);
  if (works === undefined) throw new Error('not a transaction of withOrg');
  if (!works.has(key)) works.set(key, work);
}

/** No organisation has this id (RFC 9562, nil UUID). */
const NO_ORG = '00000000-0000-0000-0000-000000000000';

/** Rows read or written here belong to one organisation: PostgreSQL's row-level security sees to it, not our queries. */
@Injectable()
export class TenantDb implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly prisma: PrismaClient;
  private readonly pool: pg.Pool;

  constructor(@Inject(CONFIG) config: Config) {
    this.pool = new pg.Pool({
      connectionString: config.databaseUrl,
      max: 20,
      application_name: 'postern-api',
    });
    this.pool.on('error', () => {}); // an idle connection that dies is replaced at the next use
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  /** The only way to a tenant transaction: everything inside sees and writes `orgId`'s rows alone. */
  withOrg<T>(orgId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`select set_config('app.org_id', ${orgId}, true)`;
        const last = new Map<string, BeforeCommit>();
        beforeCommits.set(tx, last);
        const result = await work(tx);
        for (const beforeIt of last.values()) await beforeIt();
        return result;
      },
      { maxWait: 10_000, timeout: 20_000 },
    );
  }

  /** The same for hot paths that speak SQL themselves (audit ingestion, keyset pages). */
  withOrgClient<T>(orgId: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return inTransaction(this.pool, work, { 'app.org_id': orgId });
  }

  /** Answers when the database does. */
  async ping(): Promise<void> {
    await this.pool.query('select 1');
  }

  /**
   * The first query loads Prisma's query compiler and opens the first connection: that belongs to the start, not to somebody's
   * request or the first policy. A database that is away is noticed by whoever needs it.
   */
  async onApplicationBootstrap(): Promise<void> {
    await this.withOrg(NO_ORG, (tx) => tx.environment.findFirst({ select: { id: true } })).catch(
      () => undefined,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    if (!this.pool.ended) await this.pool.end();
  }
}
