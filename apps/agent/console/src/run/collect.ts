import type { StreamListener, StreamNews } from '../api/stream';
import { ResultSet } from '../results/result-set';

/** Puts what comes of a run together; `onResult` hears when another statement began or one has ended. */
export class Collector implements StreamListener {
  readonly results: ResultSet[] = [];
  readonly #onResult: () => void;

  constructor(onResult: () => void) {
    this.#onResult = onResult;
  }

  news(news: StreamNews): void {
    if (news.type === 'begun') {
      this.results.push(new ResultSet(news));
      return;
    }
    const result = this.#of(news.statement);
    if (result === undefined) return;
    if (news.type === 'notice') result.notices.push(news.notice);
    else result.columns = news.columns;
    if (news.type === 'complete') {
      result.complete = news;
      result.completeAt = performance.now();
      result.isOver = true;
    }
    result.changed();
    if (news.type !== 'notice') this.#onResult();
  }

  rows(statement: number, bytes: Uint8Array): void {
    const result = this.#of(statement);
    result?.rows.push(bytes);
    result?.changed();
  }

  /** What has something to show; of the statement that failed only rows that came before. */
  shown(isOver: boolean): ResultSet[] {
    for (const result of isOver ? this.results : []) {
      result.isOver = true;
      result.changed();
    }
    return this.results.filter(
      ({ complete, columns, rows }) =>
        complete !== undefined || (isOver ? rows.count > 0 : columns.length > 0),
    );
  }

  #of(statement: number): ResultSet | undefined {
    const last = this.results.at(-1);
    return last?.statement === statement
      ? last
      : this.results.find((result) => result.statement === statement);
  }
}
