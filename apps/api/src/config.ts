import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL');

const schema = z.object({
  /** Login that is a member of postern_app. */
  POSTERN_DATABASE_URL: postgresUrl,
  /** Login that is a member of postern_system. */
  POSTERN_SYSTEM_DATABASE_URL: postgresUrl,
  /** Owner of the schema; `migrate` alone uses it. */
  POSTERN_DATABASE_OWNER_URL: postgresUrl.optional(),
  POSTERN_QUEUE: z.enum(['redis', 'postgres']).default('redis'),
  POSTERN_REDIS_URL: z.string().optional(),
  POSTERN_QUEUE_DATABASE_URL: postgresUrl.optional(),
  POSTERN_API_HOST: z.string().default('127.0.0.1'),
  POSTERN_API_PORT: port.default(4000),
  /** Where agents and people reach this api and the web app. */
  POSTERN_API_URL: z.url().default('http://127.0.0.1:4000'),
  POSTERN_WEB_URL: z.url().default('http://127.0.0.1:3000'),
  /** Private Ed25519 JWK that signs policy bundles and console tokens (`cli.js generate-signing-key`). */
  POSTERN_SIGNING_KEY_FILE: z.string().min(1),
  POSTERN_COOKIE_SECURE: z.enum(['true', 'false']).default('true'),
  /** Integrations may send to private and loopback addresses, and without TLS: for a network of one's own. */
  POSTERN_ALLOW_PRIVATE_DESTINATIONS: z.enum(['true', 'false']).default('false'),
  POSTERN_POLICY_LEASE_SECONDS: z.coerce.number().int().min(60).default(86_400),
  /** Where copies of the signed audit anchors go: best a place that the database's administrators can not write to. */
  POSTERN_AUDIT_ANCHOR_DIR: z.string().min(1).optional(),
  /** The same in an object store that speaks S3: address of the bucket, with a prefix where one is wanted. */
  POSTERN_AUDIT_ANCHOR_S3_URL: z.url({ protocol: /^https?$/ }).optional(),
  POSTERN_AUDIT_ANCHOR_S3_REGION: z.string().min(1).default('us-east-1'),
  POSTERN_AUDIT_ANCHOR_S3_KEY_ID: z.string().min(1).optional(),
  /** File that holds the secret key. */
  POSTERN_AUDIT_ANCHOR_S3_SECRET_FILE: z.string().min(1).optional(),
  POSTERN_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/** What the api and its worker run with. */
export interface Config {
  databaseUrl: string;
  systemDatabaseUrl: string;
  ownerDatabaseUrl: string | undefined;
  queue: { backend: 'redis'; url: string } | { backend: 'postgres'; url: string };
  host: string;
  port: number;
  apiUrl: string;
  webUrl: string;
  signingKeyFile: string;
  cookieSecure: boolean;
  allowPrivateDestinations: boolean;
  policyLeaseSeconds: number;
  auditAnchorDir: string | undefined;
  auditAnchorStore: ObjectStore | undefined;
  logLevel: string;
}

/** A bucket, or a place in one, of a store that speaks S3. */
export interface ObjectStore {
  url: string;
  region: string;
  keyId: string;
  secretFile: string;
}

/** Every problem of a configuration at once, so that nobody mends them one start at a time. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(
      `the configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
  }
}

function objectStoreProblems(env: NodeJS.ProcessEnv): string[] {
  if (!env.POSTERN_AUDIT_ANCHOR_S3_URL) return [];
  return ['POSTERN_AUDIT_ANCHOR_S3_KEY_ID', 'POSTERN_AUDIT_ANCHOR_S3_SECRET_FILE']
    .filter((name) => !env[name])
    .map((name) => `\`${name}\`: needed with POSTERN_AUDIT_ANCHOR_S3_URL`);
}

const objectStoreOf = (v: z.infer<typeof schema>): ObjectStore | undefined =>
  v.POSTERN_AUDIT_ANCHOR_S3_URL === undefined
    ? undefined
    : {
        url: v.POSTERN_AUDIT_ANCHOR_S3_URL.replace(/\/+$/, ''),
        region: v.POSTERN_AUDIT_ANCHOR_S3_REGION,
        keyId: v.POSTERN_AUDIT_ANCHOR_S3_KEY_ID ?? '',
        secretFile: v.POSTERN_AUDIT_ANCHOR_S3_SECRET_FILE ?? '',
      };

/** The one reader of the environment. Values are never part of an error: some are secrets. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = schema.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(
        (issue) =>
          `\`${issue.path.join('.')}\`: ${issue.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`,
      );
  const queue = env.POSTERN_QUEUE ?? 'redis';
  if (queue === 'redis' && !env.POSTERN_REDIS_URL)
    problems.push('`POSTERN_REDIS_URL`: needed when POSTERN_QUEUE is redis (or set POSTERN_QUEUE=postgres)');
  if (queue === 'postgres' && !env.POSTERN_QUEUE_DATABASE_URL)
    problems.push('`POSTERN_QUEUE_DATABASE_URL`: needed when POSTERN_QUEUE is postgres');
  problems.push(...objectStoreProblems(env));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const v = parsed.data;
  return {
    databaseUrl: v.POSTERN_DATABASE_URL,
    systemDatabaseUrl: v.POSTERN_SYSTEM_DATABASE_URL,
    ownerDatabaseUrl: v.POSTERN_DATABASE_OWNER_URL,
    queue:
      v.POSTERN_QUEUE === 'redis'
        ? { backend: 'redis', url: v.POSTERN_REDIS_URL ?? '' }
        : { backend: 'postgres', url: v.POSTERN_QUEUE_DATABASE_URL ?? '' },
    host: v.POSTERN_API_HOST,
    port: v.POSTERN_API_PORT,
    apiUrl: v.POSTERN_API_URL,
    webUrl: v.POSTERN_WEB_URL,
    signingKeyFile: v.POSTERN_SIGNING_KEY_FILE,
    cookieSecure: v.POSTERN_COOKIE_SECURE === 'true',
    allowPrivateDestinations: v.POSTERN_ALLOW_PRIVATE_DESTINATIONS === 'true',
    policyLeaseSeconds: v.POSTERN_POLICY_LEASE_SECONDS,
    auditAnchorDir: v.POSTERN_AUDIT_ANCHOR_DIR,
    auditAnchorStore: objectStoreOf(v),
    logLevel: v.POSTERN_LOG_LEVEL,
  };
}

/** Injection token of {@link Config}. */
export const CONFIG = Symbol('CONFIG');
