import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode, Io } from './io.js';

const EXIT_CODES =
  'Exit codes: 0 done or in sync, 1 it did not work, 2 the database differs (diff --exit-code), 64 wrong usage.';

/** What a reader tries first. DATABASE_URL is taken to be set. */
const EXAMPLES = {
  validate: `
  postern validate                          # roles.yaml
  postern validate --bundle bundle.yaml     # a manifest in several documents`,
  diff: `
  postern diff                              # SQL on standard output, the summary on standard error
  postern diff --mode adopt --format summary
  postern diff --exit-code --format json -o plan.json
  postern diff --why --previous last-week.yaml --evidence audit.jsonl`,
  apply: `
  postern apply --dry-run                   # the same as postern diff
  postern apply
  postern apply --yes --digest "$(jq -r .digest plan.json)"     # in CI: what was reviewed and nothing else`,
  inspect: `
  postern inspect                           # everything in the database
  postern inspect -f roles.yaml             # what the manifest manages`,
  generate: `
  postern generate -o roles.yaml            # then postern diff: in sync
  postern generate --suggest-profiles`,
  graph: `
  postern graph desired                     # needs no database
  postern graph current --scope all --format mermaid -o roles.mmd`,
} as const;

type Name = keyof typeof EXAMPLES;

type Work = (options: never, io: Io) => Promise<ExitCode>;
/** What commander calls. */
type Action = (options: Record<string, unknown>) => Promise<void>;
type Runner = (name: Name, load: () => Promise<Work>) => Action;

/** The process, or what stands for it: streams, environment, and a place for the exit code. */
export type Running = Io & { exitCode?: number | string | null | undefined };

/** Adds the commands that work with role manifests. What they need is loaded only when one of them runs. */
export function addRolesCommands(program: Command, running: Running = process): void {
  program.commandsGroup('Roles and rights of a database, from a manifest (no agent needed):');
  for (const add of [addValidate, addDiff, addApply, addInspect, addGenerate, addGraph])
    add(program, runner(running));
}

function command(program: Command, name: Name, description: string, help = ''): Command {
  return program
    .command(name)
    .description(description)
    .addHelpText('after', `${help}\nExamples:${EXAMPLES[name]}\n\n${EXIT_CODES}`);
}

function addValidate(program: Command, run: Runner): void {
  withManifest(command(program, 'validate', 'check a role manifest; connects to nothing'))
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(run('validate', async () => (await import('./validate.js')).validate));
}

function addDiff(program: Command, run: Runner): void {
  withPlan(command(program, 'diff', 'show what would make a database as the manifest wants it').alias('plan'))
    .option('-o, --output <file>', 'write the plan to this file instead of standard output')
    .option('--exit-code', 'exit with 2 when the database differs', false)
    .option('--no-exit-code', 'exit with 0 then as well (the default)')
    .option('--why', 'say where each difference comes from, as far as the server tells', false)
    .option('--evidence <file>', 'with --why: audit events of the agent, one JSON object a line')
    .option('--evidence-connection <slug>', 'which connection of these events is this database')
    .option('--previous <file>', 'with --why: the manifest before its last change')
    .action(run('diff', async () => (await import('./diff.js')).diff));
}

function addApply(program: Command, run: Runner): void {
  withPlan(
    command(
      program,
      'apply',
      'make a database as the manifest wants it',
      `
All of it in one transaction, or nothing. On a terminal it asks before anything is taken away.
`,
    ),
  )
    .option('--dry-run', 'print the plan only', false)
    .option('-y, --yes', 'do not ask', false)
    .option('--digest <sha256>', 'apply the plan with this digest and no other')
    .addOption(
      new Option('--lock-timeout <seconds>', 'how long to wait for locks; 0: for ever')
        .default(10_000, '10')
        .argParser(milliseconds),
    )
    .addOption(
      new Option('--statement-timeout <seconds>', 'how long one statement may take; 0: for ever')
        .default(300_000, '300')
        .argParser(milliseconds),
    )
    .action(run('apply', async () => (await import('./apply.js')).apply));
}

function addInspect(program: Command, run: Runner): void {
  withDatabaseUrl(
    withManifest(
      command(program, 'inspect', 'show roles and rights of a database, or what of them a manifest manages'),
    ),
  )
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(run('inspect', async () => (await import('./inspect.js')).inspect));
}

function addGenerate(program: Command, run: Runner): void {
  withDatabaseUrl(command(program, 'generate', 'write the manifest of a database as it is'))
    .option('-o, --output <file>', 'write to this file instead of standard output')
    .option('--suggest-profiles', 'fold what repeats across schemas into profiles', false)
    .addOption(
      new Option(
        '--suggest-min-schemas <n>',
        'fold only what at least n schemas share (default: 2)',
      ).argParser(atLeastTwo),
    )
    .action(run('generate', async () => (await import('./generate.js')).generate));
}

function addGraph(program: Command, run: Runner): void {
  withDatabaseUrl(
    withManifest(command(program, 'graph', 'draw who gets what from where')).argument(
      '<what>',
      '`desired`: the manifest; `current`: the database',
    ),
  )
    .addOption(
      new Option('--format <format>', 'how to draw')
        .choices(['tree', 'dot', 'mermaid', 'json'])
        .default('tree'),
    )
    .addOption(
      new Option('--scope <scope>', 'of `current`: what the manifest manages, or everything').choices([
        'managed',
        'all',
      ]),
    )
    .option('-o, --output <file>', 'write to this file instead of standard output')
    .action((what: string, options: Record<string, unknown>) =>
      run('graph', async () => (await import('./graph.js')).graph)({ ...options, what }),
    );
}

const withManifest = (to: Command): Command =>
  to
    .option(
      '-f, --file <file>',
      'the manifest; `-` is standard input (default: roles.yaml, else pgroles.yaml)',
    )
    .option('--bundle <file>', 'the root of a manifest in several documents');

const withDatabaseUrl = (to: Command): Command =>
  to.option('--database-url <url>', 'better given as DATABASE_URL, which no process list shows');

const withPlan = (to: Command): Command =>
  withDatabaseUrl(withManifest(to))
    .addOption(
      new Option(
        '--mode <mode>',
        'authoritative: the manifest is the whole truth; adopt: no role is dropped, undeclared rights stay; additive: nothing is taken away',
      )
        .choices(['authoritative', 'additive', 'adopt'])
        .default('authoritative'),
    )
    .addOption(
      new Option('--format <format>', 'how to print').choices(['sql', 'summary', 'json']).default('sql'),
    );

/** Runs a command and leaves its exit code; what went wrong is told in its words. */
function runner(running: Running): Runner {
  return (name, load) => async (options) => {
    const { reportFailure } = await import('./report.js');
    try {
      running.exitCode = await (await load())(options as never, running);
    } catch (error) {
      running.exitCode = await reportFailure(name, error, running);
    }
  };
}

function milliseconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0 && seconds <= 86_400))
    throw new InvalidArgumentError('give seconds between 0 and 86400');
  return Math.round(seconds * 1000);
}

function atLeastTwo(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 2) throw new InvalidArgumentError('give a number from 2 on');
  return count;
}
