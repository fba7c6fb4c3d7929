import { parseArgs } from 'node:util';

export const PORT_NAMES = ['web', 'api', 'agent', 'wire', 'postgres', 'redis'] as const;
export type PortName = (typeof PORT_NAMES)[number];
export type Ports = Readonly<Record<PortName, number>>;

const DEFAULT_PORTS: Ports = {
  web: 3000,
  api: 4000,
  agent: 7070,
  wire: 6432,
  postgres: 54_320,
  redis: 63_790,
};

export interface StartOptions {
  readonly once: boolean;
  readonly ports: Ports;
  /** `auto`: Redis where there is one, else PostgreSQL. */
  readonly queue: 'auto' | 'redis' | 'postgres';
}

/** How to choose another port, for the message about a busy one. */
export const portHint = (name: PortName): string =>
  `npm start -- --port-${name} N (or POSTERN_${name.toUpperCase()}_PORT=N)`;

export const START_USAGE = `npm start [-- options]
  --once            exit after the guided check: 0 when it passed, 1 when not
  --queue NAME      auto (default), redis or postgres
${PORT_NAMES.map((name) => `  ${`--port-${name} N`.padEnd(17)} default ${DEFAULT_PORTS[name]} (POSTERN_${name.toUpperCase()}_PORT)`).join('\n')}`;

function port(name: PortName, text: string | boolean | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORTS[name];
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new Error(`the port of ${name}, \`${text}\`, is not a number from 1 to 65535`);
}

/** Reads the command line and the environment; throws a sentence for the person who typed it. */
export function startOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      queue: { type: 'string', default: env.POSTERN_QUEUE ?? 'auto' },
      ...Object.fromEntries(PORT_NAMES.map((name) => [`port-${name}`, { type: 'string' as const }])),
    },
  });
  const { queue } = values;
  if (queue !== 'auto' && queue !== 'redis' && queue !== 'postgres') {
    throw new Error(`--queue \`${String(queue)}\` is not auto, redis or postgres`);
  }
  const given: Readonly<Record<string, string | boolean | undefined>> = values;
  const ports = Object.fromEntries(
    PORT_NAMES.map((name) => [
      name,
      port(name, given[`port-${name}`] ?? env[`POSTERN_${name.toUpperCase()}_PORT`]),
    ]),
  ) as Record<PortName, number>;
  return { once: values.once === true, ports, queue };
}
