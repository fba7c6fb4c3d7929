import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { readKeys } from './read-keys.js';
import { verifyReport } from './verify-report.js';

interface Output {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** Says whether a file is a report as it was signed. Answers with the exit status. */
export async function verifyFile(file: string, keysFrom: string, { stdout, stderr }: Output): Promise<0 | 1> {
  let keys: JSONWebKeySet;
  try {
    keys = await readKeys(keysFrom);
  } catch (error) {
    stderr.write(`postern: ${(error as Error).message}\n`);
    return 1;
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    stderr.write(`postern: \`${file}\` could not be read: ${(error as Error).message}\n`);
    return 1;
  }
  const result = await verifyReport(bytes, createLocalJWKSet(keys));
  if (result.valid) {
    stdout.write(`${file}: the signature is right (${result.mediaType}, key ${result.kid})\n`);
    return 0;
  }
  stderr.write(`${file}: ${result.reason}\n`);
  return 1;
}
