import { existsSync, lstatSync, readlinkSync, rmSync } from 'node:fs';
import { stackPaths } from './paths.js';
import { liveRun } from './run-lock.js';

const paths = stackPaths();
const live = liveRun(paths.run);
if (live !== undefined) {
  process.stderr.write(
    `Postern runs here (pid ${live.pid}, ${live.web}); stop it with Ctrl-C in its terminal, then reset\n`,
  );
  process.exit(1);
}
if (!existsSync(paths.root)) {
  process.stdout.write(`nothing to remove: ${paths.root} does not exist\n`);
} else {
  // As root the database's files may lie elsewhere, behind a link.
  if (lstatSync(paths.postgres, { throwIfNoEntry: false })?.isSymbolicLink()) {
    rmSync(readlinkSync(paths.postgres), { recursive: true, force: true });
  }
  rmSync(paths.root, { recursive: true, force: true });
  process.stdout.write(`removed ${paths.root}: the next npm start begins anew\n`);
}
