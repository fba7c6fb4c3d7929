import type { Command } from 'commander';

const KEYS_HELP = `
The keys are what the control plane publishes at /.well-known/jwks.json. Keep a copy: with it anybody can check a report
without asking anyone.

Examples:
  postern report verify report.pdf --keys https://api.example.com/.well-known/jwks.json
  postern report verify *.csv *.pdf --keys jwks.json

Exit status: 0 every file is as it was signed, 1 one is not or could not be checked.`;

/** `postern report`: what an auditor does with a report's file. */
export function addReportCommands(program: Command): void {
  program.commandsGroup('Reports:');
  const report = program.command('report').description('check reports that the control plane made');
  report
    .command('verify')
    .description('check the signatures inside reports (PDF, CSV or JSON)')
    .argument('<files...>', 'reports as they were downloaded')
    .requiredOption('--keys <file or url>', "the control plane's public keys (a JSON Web Key Set)")
    .addHelpText('after', KEYS_HELP)
    .action(async (files: string[], options: { keys: string }) => {
      const { verifyFiles } = await import('./verify-files.js');
      process.exitCode = await verifyFiles(files, options.keys, process);
    });
}
