import type { ResultSet } from './result-set';

/** What the server said besides the result: NOTICE, WARNING. */
export function Notices({ notices }: { notices: ResultSet['notices'] }) {
  if (notices.length === 0) return null;
  return (
    <ul
      aria-label="Notices"
      className="max-h-28 shrink-0 overflow-auto border-line border-t bg-bg px-3 py-1.5"
    >
      {notices.map(({ severity, message }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: notices never move, and may repeat
        <li key={index} className="flex gap-2 py-px">
          <span
            className={`font-semibold text-[11px] leading-5 ${severity === 'WARNING' ? 'text-warn' : 'text-muted'}`}
          >
            {severity}
          </span>
          <span className="whitespace-pre-wrap break-words">{message}</span>
        </li>
      ))}
    </ul>
  );
}
