// Generates the Prisma client without its engines: the CLI insists on a schema engine that it would download, though
// `generate` never runs it. Any executable that fails will do (ADR 0003).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cli = createRequire(path.join(root, 'apps/api/package.json')).resolve('prisma/build/index.js');
const neverRun = ['/bin/false', '/usr/bin/false'].find((file) => existsSync(file)) ?? process.execPath;
const result = spawnSync(
  process.execPath,
  [cli, 'generate', '--schema', path.join(root, 'prisma/schema.prisma')],
  {
    cwd: root,
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: neverRun,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
    encoding: 'utf8',
  },
);
if (result.status !== 0) {
  process.stderr.write(`${result.stdout}${result.stderr}`);
  process.exit(result.status ?? 1);
}
