import { CopyButton } from '../ui/copy';
import { count, duration, plural } from './format';
import { type ResultSet, useResult } from './result-set';
import { toTsv } from './tsv';

interface FooterProps {
  readonly result: ResultSet;
  readonly elapsedMs: number;
  readonly auditId: string | null;
  readonly mayExport: boolean;
}

function rowsText(result: ResultSet): string {
  if (result.columns.length > 0) {
    const rows = plural(result.rows.count, 'row');
    if (result.isPartial) return `${rows}, then it was stopped`;
    return result.isOver ? rows : `${rows} so far`;
  }
  return result.rowCount === null ? '' : `${plural(result.rowCount, 'row')} affected`;
}

function Truncated({ rows, mayExport }: { rows: number; mayExport: boolean }) {
  return (
    <span className="text-warn">
      showing first {count(rows)} rows;{' '}
      {mayExport ? (
        'the console shows no more'
      ) : (
        <>
          more needs <code className="font-mono">export</code>
        </>
      )}
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

/** What the person waited for, and its parts. */
function Clock({ result, elapsedMs }: { result: ResultSet; elapsedMs: number }) {
  const { complete } = result;
  if (complete === undefined) return null;
  const { durationMs, firstRowMs, waitedMs } = complete;
  const parts = [
    `statement ${duration(durationMs)}`,
    ...(firstRowMs === null ? [] : [`first row after ${duration(firstRowMs)}`]),
    ...(waitedMs < 1 ? [] : [`of that ${duration(waitedMs)} waiting for this window to take rows`]),
    `whole run, from click to answer, ${duration(elapsedMs)}`,
  ];
  return <span title={parts.join('; ')}>{duration(durationMs)}</span>;
}

/** What ran, as the server said it. */
export function ResultFooter({ result, elapsedMs, auditId, mayExport }: FooterProps) {
  useResult(result);
  const { command, columns, rows, truncated } = result;
  return (
    <footer className="flex min-h-8 flex-wrap items-center gap-x-4 border-line border-t bg-bg px-3 text-muted">
      <code className="font-mono text-[12px] text-text">{command}</code>
      {truncated ? <Truncated rows={rows.count} mayExport={mayExport} /> : <span>{rowsText(result)}</span>}
      <Clock result={result} elapsedMs={elapsedMs} />
      <span className="ml-auto inline-flex items-center gap-2">
        {auditId !== null && <AuditId id={auditId} />}
        {rows.count > 0 && (
          <CopyButton
            text={() =>
              toTsv(
                Array.from({ length: rows.count }, (_, row) => rows.row(row)),
                columns.map(({ name }) => name),
              )
            }
            label="Copy rows with names"
            caption="Copy rows"
          />
        )}
      </span>
    </footer>
  );
}
