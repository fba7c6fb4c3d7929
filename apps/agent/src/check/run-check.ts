import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { type ClassifyResult, NEW_SESSION } from '@postern/core/sql';
import { Classifier } from '../session/classifier.js';
import { CheckUsageError } from './errors.js';
import { render } from './render.js';
import { reportOf } from './report.js';
import { checkStream } from './stream.js';

export interface CheckOptions {
  readonly sql?: string;
  readonly file?: string;
  readonly json?: true;
  readonly stream?: true;
  readonly catalog?: string;
}

export interface CheckStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
}

/** 0: understood (a stream: every line answered). 1: not understood. */
export type ExitCode = 0 | 1;

/** `postern check`: what SQL would need, by the classifier that the agent enforces with. Nothing of it is run. */
export async function runCheck(options: CheckOptions, streams: CheckStreams): Promise<ExitCode> {
  refuseContradictions(options);
  const catalog = options.catalog === undefined ? undefined : await readCatalogAt(options.catalog);
  const classifier = new Classifier();
  const classify = (sql: string) => classifier.classify(sql, NEW_SESSION, catalog);
  try {
    if (options.stream) {
      await checkStream(classify, streams.stdin, streams.stdout);
      return 0;
    }
    const bytes = await inputOf(options, streams.stdin);
    const sql = bytes.toString('utf8');
    const result = isUtf8(bytes) ? await classify(sql) : notUtf8;
    const report = reportOf(sql, result);
    const text = options.json ? JSON.stringify(report, null, 2) : render(sql, report);
    await new Promise((resolve) => streams.stdout.write(`${text}\n`, resolve));
    return result.ok ? 0 : 1;
  } finally {
    await classifier.stop();
  }
}

/** Loads what talks to databases only for those who want it. */
async function readCatalogAt(reference: string) {
  const { catalogAt } = await import('./catalog.js');
  return catalogAt(reference);
}

const notUtf8: ClassifyResult = {
  ok: false,
  rejection: { code: 'sql.invalid_text', message: 'the text is not UTF-8' },
};

function refuseContradictions({ sql, file, json, stream }: CheckOptions): void {
  if (sql !== undefined && file !== undefined)
    throw new CheckUsageError('--sql and --file exclude each other; give one of them');
  if (stream && (sql !== undefined || file !== undefined))
    throw new CheckUsageError('--stream reads standard input; leave out --sql and --file');
  if (stream && json) throw new CheckUsageError('--stream always answers in JSON; leave out --json');
}

async function inputOf({ sql, file }: CheckOptions, stdin: CheckStreams['stdin']): Promise<Buffer> {
  if (sql !== undefined) return Buffer.from(sql);
  if (file === undefined || file === '-') {
    if (file === undefined && stdin.isTTY)
      throw new CheckUsageError('say what to check: --sql "…", --file <file>, or text on standard input');
    return Buffer.concat(await stdin.toArray());
  }
  try {
    return await readFile(file);
  } catch (error) {
    throw new CheckUsageError(`cannot read \`${file}\` (${(error as NodeJS.ErrnoException).code})`);
  }
}
