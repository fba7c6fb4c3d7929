import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { PosternError } from '@postern/core/errors';

/** `Algorithm.Argon2id`: a const enum, which isolated modules cannot read. */
const ARGON2ID = 2;

/** OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane. */
const OPTIONS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const MIN_PASSWORD = 10;
/** argon2 takes any length; nobody needs more, and hashing megabytes is work. */
const MAX_PASSWORD = 200;

export function checkNewPassword(password: string): void {
  if (password.length >= MIN_PASSWORD && password.length <= MAX_PASSWORD) return;
  throw new PosternError(
    'input.invalid',
    `the password must have ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`,
    {
      field: 'password',
      fix: 'choose a longer one, for example four random words',
    },
  );
}

export const hashPassword = (password: string): Promise<string> => hash(password, OPTIONS);

/** Of a password that nobody knows: whoever is unknown is checked against it, so that it takes as long. */
const nobodysHash = hashPassword(randomBytes(32).toString('hex'));

export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD) return false;
  const matches = await verify(passwordHash ?? (await nobodysHash), password);
  return matches && passwordHash !== undefined;
}
