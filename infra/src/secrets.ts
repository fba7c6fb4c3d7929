import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const NAMES = ['superuser', 'owner', 'app', 'system', 'queue', 'shop', 'shopRoles', 'demo'] as const;

/** Passwords of a local stack: of database roles, and `demo`, with which the demo people sign in. */
export type Secrets = Readonly<Record<(typeof NAMES)[number], string>>;

/** Reads the passwords of this stack; makes those that are missing, once, for nobody else's eyes. */
export function loadSecrets(path: string): Secrets {
  const known: Partial<Record<string, string>> = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : {};
  const secrets = Object.fromEntries(
    NAMES.map((name) => [name, known[name] ?? randomBytes(name === 'demo' ? 9 : 24).toString('base64url')]),
  ) as Secrets;
  if (NAMES.some((name) => known[name] === undefined)) {
    writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  return secrets;
}
