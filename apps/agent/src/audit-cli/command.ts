import type { Command } from 'commander';

const EXAMPLES = `
Every event carries a hash over the one before it. This makes them again, needs no server and no configuration, and names the
first event that is not as it was recorded. A file that begins in the middle of a chain is checked from there on.

  postern audit verify events.jsonl             # exported from the control plane, one JSON object a line
  postern audit verify /var/lib/postern/audit   # what the agent keeps until the control plane has it

Exit codes: 0 whole, 1 something is wrong, 66 not readable.`;

/** Adds `postern audit verify` to the program. */
export function addAuditCommands(program: Command): void {
  program
    .command('audit')
    .description('check an audit trail')
    .command('verify')
    .argument('<path>', 'a file of exported events, or the directory of the agent’s audit segments')
    .description('say whether a trail is whole')
    .addHelpText('after', EXAMPLES)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 64))
    .action(runAndExit);
}

async function runAndExit(path: string): Promise<void> {
  const { verifyTrail } = await import('./verify.js');
  try {
    const { chains, events, problem } = await verifyTrail(path);
    if (problem === undefined) process.stdout.write(`whole: ${events} events in ${chains} chains\n`);
    else {
      process.stdout.write(
        `not whole: ${problem.chain}: ${problem.message}\n  ${events} events before it are good\n`,
      );
      process.exitCode = 1;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    process.stderr.write(`postern audit verify: \`${path}\` can not be read (${code ?? message})\n`);
    process.exitCode = 66;
  }
}
