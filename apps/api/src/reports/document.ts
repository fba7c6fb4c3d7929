import type { Control } from './controls.js';

/** Rows kept of one table of a report; all of them are counted. */
export const MOST_ROWS = 20_000;

export type Cell = string | number | null;

export interface ReportTable {
  id: string;
  title: string;
  columns: readonly string[];
  rows: Cell[][];
  /** All rows there are, also those beyond {@link MOST_ROWS}. */
  totalRows: number;
}

/** What a builder answers with; everything else of the document is the same for every kind. */
export interface ReportContent {
  /** One sentence: what was asked, with the values it was asked with. */
  question: string;
  policyVersions: PolicyVersionRef[];
  summary: { label: string; value: string | number }[];
  /** What a reader must know to read the rows rightly: what is not covered, what a column means. */
  notes: string[];
  tables: ReportTable[];
}

export interface PolicyVersionRef {
  environmentId: string;
  environment: string;
  version: number;
  publishedAt: string;
  digest: string;
}

/** A whole report. Its canonical JSON is what is signed; the other formats are other ways to read it. */
export interface ReportDocument extends ReportContent {
  schema: 1;
  id: string;
  kind: string;
  title: string;
  purpose: string;
  organisation: { id: string; name: string };
  requestedBy: string;
  requestedAt: string;
  generatedAt: string;
  parameters: Record<string, unknown>;
  controls: Control[];
}

/** Collects rows up to {@link MOST_ROWS} and counts the rest. */
export class TableOf {
  private readonly rows: Cell[][] = [];
  private total = 0;

  constructor(
    private readonly id: string,
    private readonly title: string,
    private readonly columns: readonly string[],
  ) {}

  add(...cells: Cell[]): void {
    this.total += 1;
    if (this.rows.length < MOST_ROWS) this.rows.push(cells);
  }

  get count(): number {
    return this.total;
  }

  done(): ReportTable {
    const { id, title, columns, rows } = this;
    return { id, title, columns, rows, totalRows: this.total };
  }
}

export const isTruncated = (content: ReportContent): boolean =>
  content.tables.some((table) => table.totalRows > table.rows.length);

/** A note for tables whose rows were read only up to the most that are listed. */
export const moreThanListed = (table: TableOf): string[] =>
  table.count > MOST_ROWS
    ? [
        `There is more than the newest ${MOST_ROWS} rows, which is what is listed and counted here: ask for a shorter period.`,
      ]
    : [];
