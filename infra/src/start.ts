import { checkTable, guidedCheck } from './check.js';
import { DEMO_PEOPLE } from './demo-organisation.js';
import { psqlLine, samsLogin, type WireLogin } from './demo-psql.js';
import { START_USAGE, type StartOptions, startOptions } from './options.js';
import { stackPaths } from './paths.js';
import { progress, table } from './progress.js';
import { tail } from './service.js';
import { type Stack, startStack } from './stack.js';

const paths = stackPaths();
const report = progress();
const gaveUp = new AbortController();

/** A terminal's Ctrl-C reaches us directly and once more through npm: only a later one means "now". */
const SECOND_CTRL_C_MS = 1_000;

function onSignals(stop: () => void): void {
  let first: number | undefined;
  const handle = (): void => {
    if (first === undefined) {
      first = Date.now();
      stop();
    } else if (Date.now() - first > SECOND_CTRL_C_MS) {
      // The guards of our children end them now that we are gone.
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
  // npm that is killed takes its shell with it and leaves us behind.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => process.ppid !== parent && handle(), 500).unref();
  }
}

const options = readOptions();
const interrupted = new Promise<'interrupted'>((resolve) => {
  onSignals(() => {
    gaveUp.abort(new Error('stopped on request'));
    resolve('interrupted');
  });
});
process.exitCode = await run(options);
// Sockets kept alive by fetch would hold us for seconds.
process.exit();

function readOptions(): StartOptions {
  try {
    if (process.argv.includes('--help')) throw new Error('what `npm start` understands');
    return startOptions(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${START_USAGE}\n`);
    process.exit(process.argv.includes('--help') ? 0 : 1);
  }
}

async function run({ once, ports, queue }: StartOptions): Promise<number> {
  let stack: Stack | undefined;
  let died: ((text: string) => void) | undefined;
  const death = new Promise<string>((resolve) => {
    died = resolve;
  });
  try {
    stack = await startStack({
      paths,
      ports,
      queue,
      report,
      signal: gaveUp.signal,
      onDeath: ({ name, logFile }) =>
        died?.(`${name} ended unexpectedly; the end of ${logFile} says:\n${tail(logFile)}`),
    });
    const lines = await guidedCheck(stack);
    const passed = lines.every(({ ok }) => ok);
    process.stdout.write(`\nGuided check: ${passed ? 'passed' : 'FAILED'}\n${checkTable(lines)}\n\n`);
    if (once) return passed ? 0 : 1;
    process.stdout.write(welcome(stack, await samsLogin(stack, 'SEVEN_DAYS')));
    const end = await Promise.race([interrupted, death]);
    if (end === 'interrupted') return 0;
    process.stderr.write(`${end}\n`);
    return 1;
  } catch (error) {
    if (gaveUp.signal.aborted) return 130;
    process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    if (stack !== undefined) {
      report('stopping');
      await stack.stop();
      report('stopped');
    }
  }
}

function welcome({ urls, postgres, queue, organisation, password }: Stack, login: WireLogin): string {
  const addresses = [
    ['Admin UI', `${urls.web}/${organisation.orgSlug}/rules`],
    ['SQL console', urls.console],
    ['API (GraphQL)', urls.graphql],
    ['PostgreSQL', `127.0.0.1:${postgres.port} (databases postern, shop)`],
    ['Queue', queue.backend === 'redis' ? `Redis at ${queue.url}` : "BullMQ's PostgreSQL backend"],
    ['Logs', paths.logs],
  ];
  const people = Object.values(DEMO_PEOPLE).map(({ email, what }) => [email, what]);
  return `${table(addresses)}

Sign in as any of these people, password ${password}
${table(people)}

Or as Sam from any PostgreSQL client, through the same rules (a password of your own: Database access in the admin UI)
  ${psqlLine(login)}

Ctrl-C stops everything.
`;
}
