import { lineAt } from './format';

interface ExcerptProps {
  readonly sql: string;
  /** The number of the text's first line. */
  readonly firstLine: number;
  readonly position: number;
  readonly end?: number;
  /** A refusal is calmer than an error. */
  readonly tone?: 'warn' | 'danger';
}

const BEFORE = 60;
const AFTER = 90;

/** The line that a position stands in, with the place marked: what psql draws with a caret. */
export function Excerpt({ sql, firstLine, position, end = position + 1, tone = 'danger' }: ExcerptProps) {
  const line = lineAt(sql, position);
  const length = Math.max(1, Math.min(end - position, line.text.length - line.column));
  const cutAt = Math.max(0, line.column - BEFORE);
  const before = line.text.slice(cutAt, line.column);
  const marked = line.text.slice(line.column, line.column + length);
  const rest = line.text.slice(line.column + length);
  return (
    <pre className="overflow-x-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-[12px]">
      <span className="mr-3 select-none text-faint">{firstLine + line.number - 1}</span>
      {cutAt > 0 && '…'}
      {before}
      <mark
        className={`rounded-xs underline decoration-2 underline-offset-4 ${tone === 'warn' ? 'bg-warn-soft text-warn' : 'bg-danger-soft text-danger'}`}
      >
        {marked === '' ? ' ' : marked}
      </mark>
      {rest.slice(0, AFTER)}
      {rest.length > AFTER && '…'}
    </pre>
  );
}
