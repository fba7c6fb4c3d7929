import { type ClassifyResult, classify, loadParser } from '@postern/core/sql';

export interface ParseRequest {
  readonly id: number;
  readonly sql: string;
}

export interface ParseAnswer {
  readonly id: number;
  readonly result: ClassifyResult;
}

/** The scope of a dedicated worker; the types of the window and of a worker do not go together. */
interface Scope {
  onmessage: ((event: MessageEvent<ParseRequest>) => void) | null;
  postMessage(answer: ParseAnswer): void;
}
const scope = globalThis as unknown as Scope;

const loaded = loadParser();
scope.onmessage = ({ data: { id, sql } }) =>
  void loaded.then(() => scope.postMessage({ id, result: classify(sql) }));
