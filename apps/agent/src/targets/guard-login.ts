import { createHmac } from 'node:crypto';
import { PosternError } from '@postern/core/errors';
import { guardRole } from '@postern/core/policy';
import pg from 'pg';

/** What the logins of guard roles are made from; of one connection. */
export interface GuardLogins {
  readonly slug: string;
  readonly url: string;
  readonly guardSecret?: string | undefined;
}

const PROBE_MS = 5_000;

const passwordIn = (url: string): string => decodeURIComponent(new URL(url).password);

/** The login that the agent uses itself. */
export const ownLogin = (url: string): string => decodeURIComponent(new URL(url).username);

/**
 * The password of a guard role. Made from a secret that every agent of the connection has, so that they agree without
 * telling each other, nothing is stored, and it changes when the secret does. HMAC does not lead back to the secret.
 */
export function guardPassword({ slug, url, guardSecret }: GuardLogins, role: string): string {
  const secret = guardSecret ?? passwordIn(url);
  if (secret === '') {
    throw new PosternError(
      'connection.unavailable',
      `this agent has no secret for the guard roles of \`${slug}\``,
      {
        fix: `give connections.${slug} a guard_secret in the configuration of the agent: its url has no password`,
      },
    );
  }
  return createHmac('sha256', secret).update(`postern guard role\0${slug}\0${role}`).digest('base64url');
}

/** The connection's URL for a guard role. */
export function guardUrl(logins: GuardLogins, role: string): string {
  const url = new URL(logins.url);
  url.username = encodeURIComponent(role);
  url.password = guardPassword(logins, role);
  return url.href;
}

/** Passwords of guard roles by name. */
export const guardPasswords = (logins: GuardLogins, masks: readonly number[]): Map<string, string> =>
  new Map(
    masks.map((mask) => guardRole(logins.slug, mask)).map((role) => [role, guardPassword(logins, role)]),
  );

/** Whether sessions can be opened as that role: for logins that may not read what passwords are stored. */
export async function canLogIn(logins: GuardLogins, role: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: guardUrl(logins, role),
    application_name: 'postern:guard',
    connectionTimeoutMillis: PROBE_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
