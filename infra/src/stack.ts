import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { prepareDemoAgent } from './demo-agent.js';
import { ensureDatabase, ensureShop, ensureShopRoles, urlAs, withClient } from './demo-database.js';
import { type DemoOrganisation, ensureDemoOrganisation } from './demo-organisation.js';
import { PORT_NAMES, type Ports, portHint, type StartOptions } from './options.js';
import { makeFolders, type StackPaths } from './paths.js';
import { assertPortFree, freePort } from './ports.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import type { Report } from './progress.js';
import { takeFolder } from './run-lock.js';
import { loadSecrets, type Secrets } from './secrets.js';
import { type Service, type ServiceSpec, service } from './service.js';
import { type Queue, startQueue } from './stack-queue.js';
import {
  API_CLI,
  agentSpec,
  apiEnv,
  apiSpec,
  type ControlPlaneDatabase,
  type StackUrls,
  webSpec,
  workerSpec,
} from './stack-services.js';

export interface StackOptions {
  readonly paths: StackPaths;
  readonly ports: Ports;
  readonly queue: StartOptions['queue'];
  readonly report: Report;
  /** Orders in the demo shop. Default 100,000. */
  readonly orders?: number;
  /** False: the data may be lost with the machine. Default true. */
  readonly durable?: boolean;
  /** False: without the web app, for tests that never look at it. Default true. */
  readonly web?: boolean;
  /** Told of a service that ended though nobody asked it to. */
  readonly onDeath?: (service: Service) => void;
  readonly signal?: AbortSignal;
}

/** Everything of Postern on one machine, with the demo company in it. */
export interface Stack {
  readonly urls: StackUrls;
  /** Where the agent speaks PostgreSQL's own protocol. */
  readonly wire: { readonly host: string; readonly port: number };
  readonly postgres: PostgresServer;
  readonly queue: Queue;
  readonly organisation: DemoOrganisation;
  readonly password: string;
  readonly services: {
    readonly api: Service;
    readonly worker: Service;
    readonly agent: Service;
    readonly web?: Service;
  };
  /** Ends all that was started, last things first. */
  stop(): Promise<void>;
}

/** Ports that nobody uses now, for stacks of tests. */
export async function freePorts(): Promise<Ports> {
  const pairs: [string, number][] = [];
  for (const name of PORT_NAMES) pairs.push([name, await freePort()]);
  return Object.fromEntries(pairs) as Ports;
}

const stackUrls = (ports: Ports): StackUrls => ({
  web: `http://localhost:${ports.web}`,
  api: `http://127.0.0.1:${ports.api}`,
  graphql: `http://127.0.0.1:${ports.api}/graphql`,
  console: `http://localhost:${ports.agent}`,
});

/** Starts the whole stack. When something fails, or `signal` says so, what was started ends again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
  };
  try {
    return await boot(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts one service and registers how it ends; refuses once the person gave up. */
async function beginService(
  options: StackOptions,
  stops: (() => unknown)[],
  spec: ServiceSpec,
): Promise<Service> {
  options.signal?.throwIfAborted();
  const at = Date.now();
  const begun = service(spec, options.onDeath);
  stops.push(() => begun.stop());
  await begun.start();
  options.report(`${spec.name} is up (${((Date.now() - at) / 1000).toFixed(1)} s)`);
  return begun;
}

async function boot(
  options: StackOptions,
  stops: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const { paths, ports, report } = options;
  const urls = stackUrls(ports);
  const wire = { host: '127.0.0.1', port: ports.wire };
  const begin = (spec: ServiceSpec) => beginService(options, stops, spec);
  makeFolders(paths);
  stops.push(takeFolder(paths.run, urls.web));
  for (const name of PORT_NAMES) {
    if (name !== 'redis' && (name !== 'web' || options.web !== false))
      await assertPortFree(ports[name], name, portHint(name));
  }
  const secrets = loadSecrets(paths.secrets);
  const postgres = await beginPostgres(options, secrets, stops);
  const shop = beginShop(options, postgres, secrets);
  // Awaited below; until then a failure must not count as unhandled.
  shop.catch(() => undefined);
  const queue = await startQueue(options.queue, ports, paths);
  if (queue.backend === 'redis' && queue.server !== undefined) stops.push(queue.server.stop);
  report(
    `jobs wait on ${queue.backend === 'redis' ? 'Redis' : "BullMQ's PostgreSQL backend"} (${queue.why})`,
  );
  const env = apiEnv(
    await prepareControlPlane(postgres, secrets, queue, urls, paths, report),
    queue,
    urls,
    paths,
  );
  const [api, worker, web] = await Promise.all([
    begin(apiSpec(env, urls, paths)),
    begin(workerSpec(env, paths)),
    options.web === false ? undefined : begin(webSpec(urls, paths)),
  ]);
  const organisation = await ensureDemoOrganisation(urls.graphql, secrets.demo);
  if (organisation.created) report('the demo company Acme Shop is there: people, groups, connections, rules');
  const addresses = { apiUrl: urls.api, webUrl: urls.web, consoleUrl: urls.console };
  const prepared = await prepareDemoAgent(organisation, {
    dir: paths.agent,
    ...(await shop),
    wirePort: ports.wire,
    ...addresses,
  });
  const agent = await begin(agentSpec(prepared.config, prepared.env, urls, paths));
  await waitUntilEnforced(organisation);
  const services = { api, worker, agent, ...(web === undefined ? {} : { web }) };
  return { urls, wire, postgres, queue, organisation, password: secrets.demo, services, stop };
}

async function beginPostgres(
  options: StackOptions,
  secrets: Secrets,
  stops: (() => unknown)[],
): Promise<PostgresServer> {
  options.signal?.throwIfAborted();
  const server = await startPostgres({
    dataDir: options.paths.postgres,
    port: options.ports.postgres,
    log: join(options.paths.logs, 'postgres.log'),
    password: secrets.superuser,
    durable: options.durable ?? true,
    flags: ['max_connections=200'],
  });
  stops.push(server.stop);
  const elsewhere = server.dataDir === options.paths.postgres ? '' : `, data in ${server.dataDir}`;
  options.report(`PostgreSQL 18 is up on port ${server.port}${elsewhere}`);
  return server;
}

async function beginShop(
  options: StackOptions,
  server: PostgresServer,
  secrets: Secrets,
): Promise<{ databaseUrl: string; rolesUrl: string }> {
  const at = Date.now();
  const orders = options.orders ?? 100_000;
  const databaseUrl = await ensureShop(server, secrets.shop, orders);
  const rolesUrl = await ensureShopRoles(server, secrets.shopRoles);
  options.report(`the demo database \`shop\` is there (${((Date.now() - at) / 1000).toFixed(1)} s)`);
  return { databaseUrl, rolesUrl };
}

const run = promisify(execFile);

async function prepareControlPlane(
  server: PostgresServer,
  secrets: Secrets,
  queue: Queue,
  urls: StackUrls,
  paths: StackPaths,
  report: Report,
): Promise<ControlPlaneDatabase> {
  await withClient(server.superuserUrl(), (client) =>
    ensureDatabase(client, 'postern', 'postern_owner', secrets.owner, 'createrole'),
  );
  const as = (user: string, password: string): string => urlAs(server, 'postern', user, password);
  const database = {
    owner: as('postern_owner', secrets.owner),
    app: as('postern_app_login', secrets.app),
    system: as('postern_system_login', secrets.system),
    queue: as('postern_queue', secrets.queue),
  };
  const env = {
    ...process.env,
    ...apiEnv(database, queue, urls, paths),
    POSTERN_DATABASE_OWNER_URL: database.owner,
  };
  const cli = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [API_CLI, ...args], { env, timeout: 120_000 });
    return stdout.trim();
  };
  if (!existsSync(paths.signingKey)) await cli('generate-signing-key', paths.signingKey);
  report(`control plane's database: ${await cli('migrate')}`);
  return database;
}

/** The agent has the newest rules: before that it denies everything, which is right but no demonstration. */
async function waitUntilEnforced({ owner, orgId, environmentId }: DemoOrganisation): Promise<void> {
  interface Answer {
    readonly environments: readonly {
      id: string;
      policyVersion: number;
      agentCount: number;
      enforcedCount: number;
    }[];
  }
  const query =
    'query ($orgId: ID!) { environments(orgId: $orgId) { id policyVersion agentCount enforcedCount } }';
  for (const limit = Date.now() + 30_000; ; ) {
    const { environments } = await owner.request<Answer>(query, { orgId });
    const state = environments.find(({ id }) => id === environmentId);
    if (
      state !== undefined &&
      state.policyVersion > 0 &&
      state.enforcedCount > 0 &&
      state.enforcedCount === state.agentCount
    )
      return;
    if (Date.now() > limit) {
      throw new Error(
        `the agent does not enforce the newest policy (version ${state?.policyVersion ?? 0}, ${state?.enforcedCount ?? 0} of ${state?.agentCount ?? 0} agents); see agent.log and worker.log`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
