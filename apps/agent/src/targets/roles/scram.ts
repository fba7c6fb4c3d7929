import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What PostgreSQL itself uses (scram-common.h, SCRAM_SHA_256_DEFAULT_ITERATIONS, SCRAM_DEFAULT_SALT_LEN). */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
/** The stored verifier says how many iterations a comparison takes: beyond this it is not compared. */
const MAX_ITERATIONS = 1_000_000;

const NON_ASCII_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
const MAPPED_TO_NOTHING =
  /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufeff\ufff9-\ufffd\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
const LEFT_TO_RIGHT = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

/**
 * RFC 4013 as PostgreSQL's saslprep.c applies it: a password that the profile does not allow is taken as it is, so that
 * every password that PostgreSQL accepts gets the verifier that PostgreSQL would have made.
 */
export function saslPrep(password: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what needs no preparation
  if (/^[\x00-\x7f]*$/.test(password)) return password;
  const prepared = password.replace(NON_ASCII_SPACES, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
  if (prepared === '' || PROHIBITED.test(prepared) || !keepsOneDirection(prepared)) return password;
  return prepared;
}

/** RFC 3454, 6: right-to-left text has no left-to-right letters, and starts and ends with its own. */
function keepsOneDirection(text: string): boolean {
  if (!RIGHT_TO_LEFT.test(text)) return true;
  const characters = [...text];
  return (
    !LEFT_TO_RIGHT.test(text) &&
    RIGHT_TO_LEFT.test(characters[0] ?? '') &&
    RIGHT_TO_LEFT.test(characters.at(-1) ?? '')
  );
}

/** The text that PostgreSQL stores for a password (RFC 5803); the password itself never leaves this process. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  return verifierWith(password, salt, ITERATIONS);
}

function verifierWith(password: string, salt: Buffer, iterations: number): string {
  const salted = pbkdf2Sync(saslPrep(password), salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** Was this verifier made from this password? False for anything that is no SCRAM verifier (md5 is to be replaced). */
export function verifierMatches(verifier: string, password: string): boolean {
  const parts = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/.exec(
    verifier,
  );
  const iterations = Number(parts?.[1]);
  if (parts?.[2] === undefined || iterations < 1 || iterations > MAX_ITERATIONS) return false;
  const made = Buffer.from(verifierWith(password, Buffer.from(parts[2], 'base64'), iterations));
  const stored = Buffer.from(verifier);
  return made.length === stored.length && timingSafeEqual(made, stored);
}
