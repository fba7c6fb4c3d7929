import { useEffect } from 'react';
import { FIRST_ROWS, MOST_ROWS } from '../run/limits';
import type { Outcome } from '../tabs/model';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { count, duration, plural } from './format';
import { type ResultSet, useResult } from './result-set';
import type { Rectangle } from './selection';
import { sumsOf } from './sums';
import type { Cells } from './use-cells';
import type { View } from './use-view';

interface FooterProps {
  readonly result: ResultSet;
  /** From the click to the last answer, of all statements of the run. */
  readonly elapsedMs: number;
  /** No other statement ran with it. */
  readonly isAlone: boolean;
  readonly auditId: string | null;
  readonly place: Outcome['place'];
  readonly mayExport: boolean;
  readonly view: View;
  readonly cells: Cells;
  readonly area: Rectangle | null;
  /** Runs the text again for more rows. */
  readonly onMore: (maxRows: number) => void;
}

function rowsText(result: ResultSet): string {
  if (result.columns.length > 0) {
    const rows = plural(result.rows.count, 'row');
    if (result.isPartial) return `${rows}, then it was stopped`;
    return result.isOver ? rows : `${rows} so far`;
  }
  return result.rowCount === null ? '' : `${plural(result.rowCount, 'row')} affected`;
}

function Truncated({
  rows,
  mayExport,
  onMore,
}: { rows: number } & Pick<FooterProps, 'mayExport' | 'onMore'>) {
  const hasMore = mayExport && rows < MOST_ROWS;
  return (
    <span className="inline-flex items-center gap-2 text-warn">
      <span>
        showing first {count(rows)} rows;{' '}
        {!mayExport ? (
          <>
            more needs <code className="font-mono">export</code>
          </>
        ) : hasMore ? (
          'there are more'
        ) : (
          'a window holds no more: export the rest'
        )}
      </span>
      {hasMore && (
        <Button
          onClick={() => onMore(rows < FIRST_ROWS ? FIRST_ROWS : MOST_ROWS)}
          title="Runs the statement again"
        >
          Load more
        </Button>
      )}
    </span>
  );
}

/** Of cells that nobody would add up in the head. */
const SUMMED_MAX = 500_000;

function Selected({ area, cells }: Pick<FooterProps, 'cells'> & { area: Rectangle }) {
  const cellCount = (area.bottom - area.top + 1) * (area.right - area.left + 1);
  if (cellCount < 2) return null;
  if (cellCount > SUMMED_MAX) return <span>{count(cellCount)} cells selected</span>;
  const flat = function* () {
    for (const row of cells.values(area)) yield* row;
  };
  const { nulls, numbers } = sumsOf(flat());
  return (
    <span role="status" className="tabular-nums">
      {count(cellCount)} cells
      {nulls > 0 && `, ${count(nulls)} NULL`}
      {numbers && ` · sum ${numbers.sum} · average ${numbers.average}`}
    </span>
  );
}

export function AuditId({ id }: { id: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1 text-muted">
      <span className="whitespace-nowrap">audit</span>
      <code className="max-w-44 truncate font-mono text-[11px]">{id}</code>
      <CopyButton text={id} label="Copy audit id" />
    </span>
  );
}

/** Where a text ran: what its names stood for, and as whom. */
export function Place({ place }: { place: Outcome['place'] }) {
  if (place === undefined) return null;
  const { database, role, searchPath } = place;
  const path = searchPath === '' ? 'empty' : searchPath;
  return (
    <span
      className="min-w-0 max-w-96 truncate"
      title={`ran in the database ${database} as the role ${role}, with the search_path ${path}`}
    >
      {role}@{database} · <span className="font-mono text-[11px]">{path}</span>
    </span>
  );
}

/** Tells the result when it was on the screen for the first time: after the frame that has it. */
function usePainted(result: ResultSet): void {
  const { completeAt } = result;
  useEffect(() => {
    if (completeAt === undefined || result.paintMs !== undefined) return;
    let timer: number | undefined;
    const frame = requestAnimationFrame(() => {
      timer = window.setTimeout(() => {
        result.paintMs = performance.now() - completeAt;
        result.changed();
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(timer);
    };
  }, [result, completeAt]);
}

/** What the person waited for, and its parts; of one statement among several, what that one took. */
function Clock({ result, elapsedMs, isAlone }: Pick<FooterProps, 'result' | 'elapsedMs' | 'isAlone'>) {
  const { complete, paintMs = 0 } = result;
  usePainted(result);
  if (complete === undefined) return null;
  const { durationMs, firstRowMs, waitedMs } = complete;
  const parts = [
    `statement, in the database and on the way, ${duration(durationMs)}`,
    ...(firstRowMs === null ? [] : [`first row after ${duration(firstRowMs)}`]),
    ...(waitedMs < 1 ? [] : [`of that ${duration(waitedMs)} waiting for this window to take rows`]),
    `whole run, from click to answer, ${duration(elapsedMs)}`,
    ...(paintMs === 0 ? [] : [`shown ${duration(paintMs)} after its last row came`]),
  ];
  return <span title={parts.join('; ')}>{duration((isAlone ? elapsedMs : durationMs) + paintMs)}</span>;
}

/** What ran, as the server said it. */
export function ResultFooter(props: FooterProps) {
  const { result, elapsedMs, isAlone, auditId, place, area, cells } = props;
  useResult(result);
  const { command, rows, truncated } = result;
  return (
    <footer className="flex min-h-8 flex-wrap items-center gap-x-4 border-line border-t bg-bg px-3 text-muted">
      <code className="font-mono text-[12px] text-text">{command}</code>
      {truncated ? <Truncated rows={rows.count} {...props} /> : <span>{rowsText(result)}</span>}
      <Clock {...{ result, elapsedMs, isAlone }} />
      {area !== null && <Selected area={area} cells={cells} />}
      <span className="ml-auto inline-flex min-w-0 items-center gap-4">
        <Place place={place} />
        {auditId !== null && <AuditId id={auditId} />}
      </span>
    </footer>
  );
}
