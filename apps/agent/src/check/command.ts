import type { Command } from 'commander';
import { CatalogUnavailable, CheckUsageError } from './errors.js';
import type { CheckOptions } from './run-check.js';

const EXAMPLES = `
Reads PostgreSQL as the agent does and says what it would need. Runs nothing, needs no configuration, and contacts nothing
without --catalog. Functions and operators that are not PostgreSQL's own count as \`execute\` then, and what views, triggers and casts
reach is not looked up. With --catalog the database is asked once what they are, as the agent asks it; nothing is changed in it.

  postern check --sql "with d as (delete from t returning *) select * from d"
  postern check --file migration.sql --json
  pg_dump --schema-only shop | postern check
  postern check --catalog env:SHOP_URL --sql "select * from monthly_report"

--stream answers one JSON line for each, in order:
  {"id": 1, "sql": "select 1"}   →  {"id":1,"permissions":["read"]}
  {"id": 2, "sql": "set role x"} →  {"id":2,"permissions":["read"],"refused":[{"when":"always", …}]}
  {"id": 3, "sql": "selec"}      →  {"id":3,"error":{"code":"sql.syntax","message":"…","position":0}}
A line that is no such object is answered with an error too, "id" null when it has none.
"refused": "always" is for everybody, "read_only" for people without write, ddl, admin and execute.

Exit codes: 0 understood (stream: every line answered), 1 not understood, 64 wrong usage, 69 the catalog can not be read.`;

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
    .option(
      '--catalog <url>',
      'look functions, views and the rest up in this database: postgres://…, or env:NAME or file:PATH, which no process list shows',
    )
    .addHelpText('after', EXAMPLES)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 64))
    .action(runAndExit);
}

async function runAndExit(options: CheckOptions): Promise<void> {
  const { runCheck } = await import('./run-check.js');
  try {
    process.exitCode = await runCheck(options, process);
  } catch (error) {
    if (error instanceof CheckUsageError) {
      process.stderr.write(`postern check: ${error.message}\n  postern check --help\n`);
      process.exitCode = 64;
    } else if (error instanceof CatalogUnavailable) {
      process.stderr.write(`postern check: ${error.message}\n`);
      process.exitCode = 69;
    } else throw error;
  }
}
