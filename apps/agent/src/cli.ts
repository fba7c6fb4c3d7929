#!/usr/bin/env node
import { PosternError } from '@postern/core/errors';
import { Command } from 'commander';
import { addAuditCommands } from './audit-cli/command.js';
import { addCheckCommand } from './check/command.js';
import type { AgentConfig } from './config.js';
import { sizeYoungGeneration } from './heap.js';
import { addReportCommands } from './report-cli/commands.js';
import { addRolesCommands } from './roles-cli/commands.js';
import { AGENT_VERSION } from './version.js';

/** What a person at a terminal reads when it does not work: the text and the way out, no stack. */
function explain(error: unknown): string {
  if (error instanceof PosternError) {
    return error.detail.fix === undefined ? error.message : `${error.message}\n  ${error.detail.fix}`;
  }
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'the port of the console is taken; choose another as console.port';
  if (name === 'ConfigError' || name === 'DataDirError' || name === 'ApiUnreachable') return message;
  return `the agent could not start (${code ?? name})`;
}

async function withConfig(path: string, action: (config: AgentConfig) => Promise<void>): Promise<void> {
  const { loadConfig } = await import('./config.js');
  try {
    await action(loadConfig(path));
  } catch (error) {
    process.stderr.write(`postern: ${explain(error)}\n`);
    process.exit(1);
  }
}

async function runAgent(config: AgentConfig): Promise<void> {
  const startedAt = performance.now();
  sizeYoungGeneration();
  const { startAgent } = await import('./main.js');
  const { createLog } = await import('./log.js');
  const log = createLog(config.logLevel);
  // Before anything says "ready": whoever waits for that may send a signal at once.
  const starting = startAgent({ config, log });
  stopOnSignals(starting);
  const { url } = await starting;
  process.stdout.write(`agent ready in ${Math.round(performance.now() - startedAt)} ms: console at ${url}\n`);
}

/** The first signal stops in order (exit 0), the second at once (exit 1). While still starting there is nothing to put in order. */
function stopOnSignals(starting: Promise<{ stop(): Promise<void> }>): void {
  let agent: { stop(): Promise<void> } | undefined;
  let isStopping = false;
  starting.then(
    (started) => {
      agent = started;
    },
    () => undefined,
  );
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    await agent?.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

async function runEnrol(config: AgentConfig, token: string | undefined): Promise<void> {
  const { enrolOnly } = await import('./main.js');
  const { createLog } = await import('./log.js');
  const withToken = { ...config, enrolToken: token ?? config.enrolToken };
  const { agentId } = await enrolOnly(withToken, createLog('warn'));
  process.stdout.write(`enrolled as agent ${agentId}; start it with: postern agent\n`);
}

const FIRST_STEPS = `
First steps:
  postern generate -o roles.yaml    # the roles and rights of DATABASE_URL as a manifest; edit it, then:
  postern diff                      # what would change
  postern apply                     # change it
  postern check --sql "delete from orders"

Each command has examples: postern <command> --help`;

const program = new Command('postern')
  .description(
    'Postern: who may do what on PostgreSQL. The agent enforces it on each statement; the other commands work by themselves.',
  )
  .version(AGENT_VERSION)
  .addHelpText('after', FIRST_STEPS)
  // EX_USAGE; commands inherit it.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 64));

const CONFIG = ['--config <file>', 'configuration file', 'postern.toml'] as const;

program
  .commandsGroup('Agent, beside your databases:')
  .command('agent')
  .description('run the agent; POSTERN_ENROL_TOKEN enrols it at the first start')
  .option(...CONFIG)
  .addHelpText(
    'after',
    `
Examples:
  POSTERN_ENROL_TOKEN=… postern agent       # the first start
  postern agent --config /etc/postern/postern.toml`,
  )
  .action((options: { config: string }) => withConfig(options.config, runAgent));

program
  .command('enrol')
  .description('trade a one-time token for an identity, without starting')
  .option(...CONFIG)
  .option(
    '--token <token>',
    'enrolment token; better given as POSTERN_ENROL_TOKEN, which no process list shows',
  )
  .addHelpText(
    'after',
    `
Example:
  POSTERN_ENROL_TOKEN=… postern enrol --config /etc/postern/postern.toml`,
  )
  .action((options: { config: string; token?: string }) =>
    withConfig(options.config, (config) => runEnrol(config, options.token)),
  );

program.commandsGroup('SQL:');
addCheckCommand(program);
addRolesCommands(program);
addReportCommands(program);
program.commandsGroup('Audit:');
addAuditCommands(program);
program.addHelpCommand(
  new Command('help').argument('[command]').description('this text, or that of a command').helpGroup('More:'),
);

// Whoever reads a plan may have seen enough (`| head`).
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

await program.parseAsync();
