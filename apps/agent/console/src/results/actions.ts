import type { ExportFile } from '../export/export-menu';
import type { Values } from '../parameters/placeholders';
import type { Outcome, Pin, Step } from '../tabs/model';
import type { ResultSet } from './result-set';
import type { RowLink } from './row-links';
import type { Shape } from './shape';

/** What results ask of the rest of the console. */
export interface ResultActions {
  /** Runs in the same tab, whose results it replaces; with what the placeholders of the text stood for. */
  run(
    sql: string,
    parameters: Values | undefined,
    more?: { maxRows?: number; shape?: Shape | undefined },
  ): void;
  /** Why nothing was changed; undefined: each statement changed one row. */
  apply(statements: readonly string[]): Promise<string | undefined>;
  exportFile(sql: string, parameters: Values | undefined): ExportFile;
  cancel(): void;
  /** Reads what a foreign key leads to: in place of `from`, with a way back, or in a new tab. */
  follow(link: RowLink, from: Step, isInPlace: boolean): void;
  /** So many steps back (negative) or forward on the way that was followed. */
  step(by: number): void;
  /** What was run, as the text of a new tab. */
  openInTab(outcome: Outcome, title: string): void;
  /** Keeps a result in sight while others come. */
  pin(pin: Pin): void;
  unpin(result: ResultSet): void;
  /** Takes one of several results away. */
  close(result: ResultSet): void;
}
