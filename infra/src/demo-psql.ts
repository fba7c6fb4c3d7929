import pg from 'pg';
import { DEMO_PEOPLE } from './demo-organisation.js';
import { GraphqlClient } from './graphql-client.js';
import type { Stack } from './stack.js';

/** Where the demo agent listens for PostgreSQL clients, and somebody's way in. */
export interface WireLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

interface Published {
  readonly environments: readonly {
    readonly id: string;
    readonly policyVersion: number;
    readonly agentCount: number;
    readonly enforcedCount: number;
  }[];
}

async function environmentNow(person: GraphqlClient, { orgId, environmentId }: Stack['organisation']) {
  const { environments } = await person.request<Published>(
    'query ($orgId: ID!) { environments(orgId: $orgId) { id policyVersion agentCount enforcedCount } }',
    { orgId },
  );
  return environments.find(({ id }) => id === environmentId);
}

/** Makes Sam a database password, in place of the one before, and waits until the agent knows it. */
export async function samsLogin(stack: Stack, lifetime: 'ONE_HOUR' | 'SEVEN_DAYS'): Promise<WireLogin> {
  const { organisation, wire, urls } = stack;
  const sam = new GraphqlClient(urls.graphql);
  await sam.signIn(DEMO_PEOPLE.sam.email, stack.password);
  const before = (await environmentNow(sam, organisation))?.policyVersion ?? 0;
  const { createDatabasePassword } = await sam.request<{ createDatabasePassword: { password: string } }>(
    'mutation ($orgId: ID!, $environmentId: ID!, $lifetime: DatabasePasswordLifetime!) { createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: $lifetime) { password } }',
    { orgId: organisation.orgId, environmentId: organisation.environmentId, lifetime },
  );
  for (const end = Date.now() + 15_000; ; ) {
    const now = await environmentNow(sam, organisation);
    if (now && now.policyVersion > before && now.enforcedCount === now.agentCount) break;
    if (Date.now() > end) throw new Error('the agent did not get the new database password within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const { password } = createDatabasePassword;
  return { ...wire, database: 'production', user: DEMO_PEOPLE.sam.email, password };
}

/** A line to paste. The password is in it: this is the demo company on one's own machine. */
export const psqlLine = ({ host, port, database, user, password }: WireLogin): string =>
  `PGPASSWORD=${password} psql "host=${host} port=${port} dbname=${database} user=${user} sslmode=require"`;

/** A PostgreSQL client of the agent. Its certificate is one that it made for itself. */
export async function asPostgresClient<T>(
  login: WireLogin,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...login,
    ssl: { rejectUnauthorized: false },
    application_name: 'guided check',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
