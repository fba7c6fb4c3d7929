import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** PostgreSQL's own number (scram-common.h). The password has 192 random bits: more rounds would protect nothing. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const PASSWORD_BYTES = 24;

const derive = promisify(pbkdf2);
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A password for PostgreSQL clients. ASCII letters, digits, `-` and `_`: SASLprep leaves it alone, and so do shells and URLs. */
export const newDatabasePassword = (): string => `pdb_${randomBytes(PASSWORD_BYTES).toString('base64url')}`;

/** What a server keeps of a password (RFC 5803 in PostgreSQL's spelling): enough to verify it, not to sign in with it. */
export async function scramVerifier(password: string, salt = randomBytes(SALT_BYTES)): Promise<string> {
  const salted = await derive(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
