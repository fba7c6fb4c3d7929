import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

/** What a command has of the world. Data goes to stdout, everything that is said about it to stderr. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** 0: done, in sync. 1: it did not work. 2: the database differs (diff --exit-code). 64: used wrongly (EX_USAGE). */
export type ExitCode = 0 | 1 | 2 | 64;

/** The command line contradicts itself or lacks something. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';
export type Paint = (style: Style, text: string) => string;

/** Colours for people: never into a file or a pipe, never against NO_COLOR (no-color.org). */
export function painter(stream: Io['stdout'], env: Io['env']): Paint {
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const isColoured = wanted || (stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
}

/** Waits until it is written, so that a large plan is not cut off when the program ends. */
export function print(stream: Writable, text: string): Promise<void> {
  const line = text.endsWith('\n') ? text : `${text}\n`;
  return new Promise((resolve, reject) => {
    stream.write(line, (error) => (error ? reject(error) : resolve()));
  });
}
