import type { StatementResult } from '@postern/agent/console-contract';
import { CopyButton } from '../ui/copy';
import { count, duration, plural } from './format';
import { toTsv } from './tsv';

interface FooterProps {
  readonly result: StatementResult;
  readonly elapsedMs: number;
  readonly auditId: string | null;
  readonly mayExport: boolean;
}

function rowsText(result: StatementResult): string {
  if (result.columns.length > 0) return plural(result.rows.length, 'row');
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

/** What ran, as the server said it. */
export function ResultFooter({ result, elapsedMs, auditId, mayExport }: FooterProps) {
  const { command, columns, rows, truncated, durationMs } = result;
  const parts = `database ${duration(durationMs)}; whole run, from click to answer, ${duration(elapsedMs)}`;
  return (
    <footer className="flex min-h-8 flex-wrap items-center gap-x-4 border-line border-t bg-bg px-3 text-muted">
      <code className="font-mono text-[12px] text-text">{command}</code>
      {truncated ? <Truncated rows={rows.length} mayExport={mayExport} /> : <span>{rowsText(result)}</span>}
      <span title={parts}>{duration(durationMs)}</span>
      <span className="ml-auto inline-flex items-center gap-2">
        {auditId !== null && <AuditId id={auditId} />}
        {rows.length > 0 && (
          <CopyButton
            text={() =>
              toTsv(
                rows,
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
