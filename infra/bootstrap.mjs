// The one entry of `npm start`, `npm test` and `npm run reset|bench|fuzz`. Node's own modules only: on a fresh clone
// nothing is installed yet. It brings node_modules and the build up to date, then hands over to infra/dist/<command>.js.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAMP = join(ROOT, 'node_modules', '.postern-lock');
const COMMANDS = ['start', 'test', 'reset', 'bench', 'fuzz'];

const seconds = () => `${(performance.now() / 1000).toFixed(1).padStart(6)} s`;
const say = (text) => process.stdout.write(`${seconds()}  ${text}\n`);

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(
    `Postern needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer one and run the command again.`,
  );
}

/** Runs a program to its end; its output goes to `onLine`, and to the person when it fails. */
function run(command, args, { onLine = () => {}, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        onLine(line);
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output: lines.join('\n') }));
  });
}

/** Says every 15 s that it still goes on, so that a slow network does not look like a hang. */
async function withPatience(text, work) {
  const timer = setInterval(() => say(`… still ${text}`), 15_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What only other platforms need is not there, and what has no platform may have failed to build. */
const mayBeMissing = ({ optional, os, cpu, libc }) =>
  optional && !(libc === undefined && os?.includes(process.platform) && cpu?.includes(process.arch));

/** Does node_modules hold what the lock file says? npm keeps its own record, so an `npm ci` by hand counts too. */
function isInstalled(lockHash) {
  if (!existsSync(join(ROOT, 'node_modules'))) return false;
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash) return true;
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.includes('node_modules/') ||
      mayBeMissing(entry) ||
      entry.peer ||
      entry.link ||
      present[path]?.version === entry.version,
  );
}

async function install() {
  const lockHash = sha256(join(ROOT, 'package-lock.json'));
  if (!isInstalled(lockHash)) {
    say('installing packages (npm ci; the first time takes one to three minutes)');
    const npm = process.env.npm_execpath;
    const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
    const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const result = await withPatience('installing', run(command, args));
    if (!result.ok)
      fail(`${result.output}\n\nInstalling failed (above). Check the network and run the command again.`);
    say('packages installed');
  }
  writeFileSync(STAMP, lockHash);
}

/** turbo builds what changed; one line per package that really is built. */
async function build() {
  const onLine = (line) => {
    const built = /^(?:@postern\/)?(\S+):build: cache (?:miss|bypass)/.exec(line);
    if (built) say(`building ${built[1]}`);
  };
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo');
  const args = [turbo, 'run', 'build', '--output-logs=new-only', '--ui=stream', '--concurrency=2'];
  const env = {
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
  };
  const result = await withPatience('building', run(process.execPath, args, { onLine, env }));
  if (!result.ok) fail(`${result.output}\n\nThe build failed (above).`);
  say('build is up to date');
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined || !COMMANDS.includes(command))
  fail(`usage: node infra/bootstrap.mjs ${COMMANDS.join('|')}`);
checkNode();
// Removing data needs no newer build than the one that made it.
const isBuilt = existsSync(join(ROOT, 'infra', 'dist', 'reset.js')) && existsSync(join(ROOT, 'node_modules'));
if (command !== 'reset' || !isBuilt) {
  await install();
  await build();
}
// In this same process: Ctrl-C then has one receiver.
process.argv = [process.argv[0], join(ROOT, 'infra', 'dist', `${command}.js`), ...args];
await import(pathToFileURL(process.argv[1]).href);
