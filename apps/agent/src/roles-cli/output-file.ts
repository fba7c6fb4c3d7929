import { writeFileSync } from 'node:fs';
import { RolesFailure } from '../targets/roles/failure.js';
import { type Io, print } from './io.js';

/** To the file that --output names, else to standard output. */
export async function deliver(text: string, output: string | undefined, io: Io): Promise<void> {
  if (output === undefined) return print(io.stdout, text);
  try {
    writeFileSync(output, text.endsWith('\n') ? text : `${text}\n`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new RolesFailure(`can not write \`${output}\` (${code})`, 'check the path and its permissions');
  }
  await print(io.stderr, `wrote ${output}`);
}
