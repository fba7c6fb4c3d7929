import type { ExportFile } from '../export/export-menu';

/** What results ask of the rest of the console. */
export interface ResultActions {
  /** Runs in the same tab, whose results it replaces. */
  run(sql: string, maxRows?: number): void;
  /** Why nothing was changed; undefined: each statement changed one row. */
  apply(statements: readonly string[]): Promise<string | undefined>;
  exportFile(sql: string): ExportFile;
  cancel(): void;
}
