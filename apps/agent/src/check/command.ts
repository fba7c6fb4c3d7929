import type { Command } from 'commander';
import type { CheckOptions } from './run-check.js';

const EXAMPLES = `
Reads PostgreSQL as the agent does and says what it would need. Runs nothing, contacts nothing, needs no configuration.
Functions and operators that are not PostgreSQL's own count as \`execute\`; what views, triggers and casts reach is not looked up.

  postern check --sql "with d as (delete from t returning *) select * from d"
  postern check --file migration.sql --json
  pg_dump --schema-only shop | postern check

--stream answers one JSON line for each, in order:
  {"id": 1, "sql": "select 1"}   →  {"id":1,"permissions":["read"]}
  {"id": 2, "sql": "set role x"} →  {"id":2,"permissions":["read"],"refused":[{"when":"always", …}]}
  {"id": 3, "sql": "selec"}      →  {"id":3,"error":{"code":"sql.syntax","message":"…","position":0}}
A line that is no such object is answered with an error too, "id" null when it has none.
"refused": "always" is for everybody, "read_only" for people without write, ddl, admin and execute.

Exit codes: 0 understood (stream: every line answered), 1 not understood, 64 wrong usage.`;

/** Adds `postern check` to the program. The classifier is loaded only when it is used. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('say which permissions SQL needs, and why')
    .option('--sql <text>', 'the text to check')
    .option(
      '--file <file>',
      'a file with the text; `-` is standard input, which is also read without --sql and --file',
    )
    .option('--json', 'print the report as JSON')
    .option('--stream', 'check JSON lines from standard input, at full speed')
    .addHelpText('after', EXAMPLES)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 64))
    .action(runAndExit);
}

async function runAndExit(options: CheckOptions): Promise<void> {
  const { CheckUsageError, runCheck } = await import('./run-check.js');
  // Whoever reads our answers may have seen enough (`| head`).
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  try {
    process.exitCode = await runCheck(options, process);
  } catch (error) {
    if (!(error instanceof CheckUsageError)) throw error;
    process.stderr.write(`postern check: ${error.message}\n  postern check --help\n`);
    process.exitCode = 64;
  }
}
