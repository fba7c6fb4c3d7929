import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on stdout. What is logged is chosen field by field; these paths are a net below that. */
export function createLog(level: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['url', '*.url', 'password', '*.password', 'token', '*.token', 'privateKey'],
      censor: '[hidden]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What may be logged of an error of somebody else's making: its kind, never its text, which may quote data. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const facts: Record<string, unknown> = { error: error.name };
  if (typeof code === 'string') facts.code = code;
  if (cause instanceof Error && cause !== error) facts.cause = errorFacts(cause);
  return facts;
}
