import type { Command } from 'commander';

const KEYS_HELP = `
The keys are what the control plane publishes at /.well-known/jwks.json. Keep a copy: with it anybody can check a report
without asking anyone.

Examples:
  postern report verify report.pdf --keys https://api.example.com/.well-known/jwks.json
  postern report verify report.csv --keys jwks.json

Exit status: 0 the file is as it was signed, 1 it is not or could not be checked.`;

/** `postern report`: what an auditor does with a report's file. */
export function addReportCommands(program: Command): void {
  program.commandsGroup('Reports:');
  const report = program.command('report').description('check reports that the control plane made');
  report
    .command('verify')
    .description('check the signature inside a report (PDF, CSV or JSON)')
    .argument('<file>', 'the report as it was downloaded')
    .requiredOption('--keys <file or url>', "the control plane's public keys (a JSON Web Key Set)")
    .addHelpText('after', KEYS_HELP)
    .action(async (file: string, options: { keys: string }) => {
      const { verifyFile } = await import('./verify-file.js');
      process.exitCode = await verifyFile(file, options.keys, process);
    });
}
