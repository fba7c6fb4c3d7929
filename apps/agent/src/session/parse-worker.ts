import { parentPort } from 'node:worker_threads';
import { classify, loadParser, type SessionState } from '@postern/core/sql';

/** Parses long texts away from the main thread, on a stack that deep ones do not exhaust (TOOLCHAIN, section 7, trap B). */
export interface ParseRequest {
  readonly id: number;
  readonly sql: string;
  readonly session: SessionState;
}

await loadParser();
parentPort?.on('message', ({ id, sql, session }: ParseRequest) =>
  parentPort?.postMessage({ id, result: classify(sql, session) }),
);
