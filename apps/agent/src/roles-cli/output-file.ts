import { closeSync, openSync, writeSync } from 'node:fs';
import { RolesFailure } from '../targets/roles/failure.js';
import { type Io, print } from './io.js';

/** A text, or its lines: a plan may have more of them than a string can hold. */
export type Output = string | Iterable<string>;

const CHUNK = 1_000_000;

/** To the file that --output names, else to standard output. */
export async function deliver(text: Output, output: string | undefined, io: Io): Promise<void> {
  if (output === undefined) {
    for (const chunk of chunks(text)) await print(io.stdout, chunk);
    return;
  }
  try {
    const file = openSync(output, 'w');
    try {
      for (const chunk of chunks(text)) writeSync(file, chunk.endsWith('\n') ? chunk : `${chunk}\n`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new RolesFailure(`can not write \`${output}\` (${code})`, 'check the path and its permissions');
  }
  await print(io.stderr, `wrote ${output}`);
}

/** Lines, some at a time. */
function* chunks(text: Output): Iterable<string> {
  if (typeof text === 'string') return yield text;
  let lines: string[] = [];
  let length = 0;
  for (const line of text) {
    lines.push(line);
    length += line.length;
    if (length < CHUNK) continue;
    yield lines.join('\n');
    lines = [];
    length = 0;
  }
  if (lines.length > 0) yield lines.join('\n');
}
