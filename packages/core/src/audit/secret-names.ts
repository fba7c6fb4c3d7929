/** Words before a value that make it a secret: PASSWORD of roles, options of servers and user mappings, settings. */
const SECRET_WORD =
  /^"?(?:\w*(?:password|passwd|passphrase|passcode|secret|credential)\w*|\w*(?:api_?key|access_?key|private_?key|token))"?$/i;

/** Columns whose values are secrets whatever the configuration says. Tighter: `password_changed_at` is none. */
const SECRET_COLUMN =
  /^(?:\w*_)?(?:passwords?|passwd|pwd|passphrase|passcode|secrets?|api_?key|access_?key|private_?key|(?:access|refresh|auth|api|bearer|session|reset)_?token|token)(?:_?(?:hash|digest|encrypted|enc))?$/i;

/** Functions that are given secrets: pgcrypto, hashes, connections to other servers. */
const SECRET_FUNCTIONS: ReadonlySet<string> = new Set([
  'crypt',
  'digest',
  'hmac',
  'encrypt',
  'decrypt',
  'encrypt_iv',
  'decrypt_iv',
  'pgp_sym_encrypt',
  'pgp_sym_encrypt_bytea',
  'pgp_sym_decrypt',
  'pgp_sym_decrypt_bytea',
  'pgp_pub_decrypt',
  'pgp_pub_decrypt_bytea',
  'md5',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'dblink_connect',
  'dblink_connect_u',
]);

const SECRET_FUNCTION = /secret|credential|passw(?:or)?d/i;

/** A statement that has none of these has nothing that only its tree could show to be a secret. */
const MAYBE_SECRET =
  /passw|pwd|passphrase|passcode|secret|credential|_?key|token|crypt|digest|hmac|md5|sha\d|dblink|u&"/i;

/** Literals that are or carry a secret: connection strings, verifiers and hashes of passwords, keys, tokens. */
const SECRET_TEXTS: readonly RegExp[] = [
  /\b(?:ssl)?pass(?:word|wd|file|phrase)?\s*[=]/i,
  /:\/\/[^\s/@]*:[^\s@]*@/,
  /"[\w.-]*(?:password|passwd|pwd|passphrase|secret|token|api_?key|private_?key|credential)[\w.-]*"\s*:\s*["\d]/i,
  /SCRAM-SHA-256\$/,
  /^md5[0-9a-f]{32}$/,
  /\$2[abxy]\$\d\d\$|\$(?:1|5|6|y|argon2\w*)\$\S/,
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20}|\bxox[abprs]-\w|\b[rs]k_live_\w|\beyJ[\w-]{8,}\.eyJ[\w-]/,
  /\b(?:Bearer|Basic)\s+[\w+/.~-]{8}/i,
];

export const isSecretWord = (word: string): boolean => SECRET_WORD.test(word);
export const isSecretColumn = (name: string): boolean => SECRET_COLUMN.test(name);
export const mayHoldSecrets = (sql: string): boolean => MAYBE_SECRET.test(sql);
export const isSecretText = (text: string): boolean => SECRET_TEXTS.some((pattern) => pattern.test(text));

/** `name` without its schema and quotes. */
export const isSecretFunction = (name: string): boolean =>
  SECRET_FUNCTIONS.has(name.toLowerCase()) || SECRET_FUNCTION.test(name);

/** A text that names a secret, as the first argument of set_config or a key of JSON does: its neighbour is one. */
export const namesSecret = (text: string): boolean =>
  /^[\w.-]{1,63}$/.test(text) &&
  (isSecretWord(text.split(/[.-]/).at(-1) ?? '') || /^(?:proxy-)?authorization$/i.test(text));
