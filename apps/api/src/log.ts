import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Names whose values never reach the log, wherever they stand in what is logged. */
const SECRETS = ['authorization', 'cookie', 'password', 'token', 'set-cookie'];

/** The log of a process: JSON lines on standard output. */
export function createLogger(
  level: string,
  service: 'api' | 'worker',
  destination?: DestinationStream,
): Logger {
  const paths = SECRETS.flatMap((name) => {
    const key = name.includes('-') ? `["${name}"]` : `.${name}`;
    return [key.replace(/^\./, ''), `*${key}`, `*.*${key}`];
  });
  return pino({ level, base: { service }, redact: { paths, censor: '[redacted]' } }, destination);
}

/** Nest's own messages in the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  private write(level: 'error' | 'warn' | 'info' | 'debug', message: unknown, context: unknown[]): void {
    if (message instanceof Error) this.logger[level]({ err: message }, message.message);
    else this.logger[level]({ context: context.at(-1) }, String(message));
  }

  log(message: unknown, ...context: unknown[]): void {
    this.write('debug', message, context);
  }
  error(message: unknown, ...context: unknown[]): void {
    this.write('error', message, context);
  }
  warn(message: unknown, ...context: unknown[]): void {
    this.write('warn', message, context);
  }
  debug(message: unknown, ...context: unknown[]): void {
    this.write('debug', message, context);
  }
  verbose(message: unknown, ...context: unknown[]): void {
    this.write('debug', message, context);
  }
}
