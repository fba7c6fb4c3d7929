import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { readKeys } from './read-keys.js';
import { verifyReport } from './verify-report.js';

interface Output {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** Says of each file whether it is a report as it was signed. Answers with the exit status: 0 where all of them are. */
export async function verifyFiles(
  files: readonly string[],
  keysFrom: string,
  output: Output,
): Promise<0 | 1> {
  let keys: JSONWebKeySet;
  try {
    keys = await readKeys(keysFrom);
  } catch (error) {
    output.stderr.write(`postern: ${(error as Error).message}\n`);
    return 1;
  }
  let status: 0 | 1 = 0;
  for (const file of files) if (!(await isAsSigned(file, keys, output))) status = 1;
  return status;
}

async function isAsSigned(file: string, keys: JSONWebKeySet, { stdout, stderr }: Output): Promise<boolean> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    stderr.write(`postern: \`${file}\` could not be read: ${(error as Error).message}\n`);
    return false;
  }
  const result = await verifyReport(bytes, createLocalJWKSet(keys));
  if (result.valid) {
    stdout.write(`${file}: the signature is right (${result.mediaType}, key ${result.kid})\n`);
    return true;
  }
  stderr.write(`${file}: ${result.reason}\n`);
  return false;
}
