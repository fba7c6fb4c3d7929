import type { Check } from '../check/foreseen';
import { PermissionBadges } from '../connections/permission-badge';
import { plural } from '../results/format';
import { EXPLAIN_KEYS } from '../shell/shortcuts';
import { Icon } from '../ui/icon';

export interface CursorPlace {
  readonly line: number;
  readonly column: number;
  readonly selected: number;
}

function Needs({ check }: { check: Check }) {
  if (check.error !== null) return <span className="truncate text-danger">{check.error.message}</span>;
  if (check.statements.length === 0) return null;
  const held = check.required.filter((permission) => !check.missing.includes(permission));
  const isRefused = check.isForeseen ? check.reasons.length > 0 : !check.allowed;
  const isOpen = check.isForeseen && !isRefused;
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <span className="max-[800px]:sr-only">needs</span>
      {(held.length > 0 || (check.missing.length === 0 && !isOpen)) && (
        <PermissionBadges permissions={held} />
      )}
      {check.missing.length > 0 && <PermissionBadges permissions={check.missing} missing />}
      {check.allowed && <Icon name="check" className="!size-3 text-ok" />}
      {isOpen && (
        <span title="Foreseen by this browser. The agent, which knows the database, has not said so yet; it alone decides.">
          to be confirmed
        </span>
      )}
      {isRefused && (
        <span className="whitespace-nowrap text-warn">
          {check.missing.length === 0
            ? 'would be refused here'
            : `you do not hold ${check.missing.join(', ')}`}
        </span>
      )}
    </span>
  );
}

interface StatusLineProps {
  readonly cursor: CursorPlace;
  readonly check: Check | undefined;
  /** False when the browser's storage took no more. */
  readonly isSaved: boolean;
  /** Absent without `explain` on the connection. */
  readonly onExplain: (() => void) | undefined;
}

/** Under the editor: where the cursor is, and what the text would need. */
export function StatusLine({ cursor, check, isSaved, onExplain }: StatusLineProps) {
  const { line, column, selected } = cursor;
  return (
    <div className="flex h-6 shrink-0 items-center gap-3 border-line border-t bg-bg px-3 text-[11px] text-muted">
      <span className="whitespace-nowrap tabular-nums">
        {line}:{column}
        {selected > 0 && ` · ${plural(selected, 'character')} selected`}
      </span>
      {check !== undefined && check.statements.length > 1 && (
        <span>{plural(check.statements.length, 'statement')}</span>
      )}
      {!isSaved && <span className="text-danger">not kept: this browser's storage is full</span>}
      {onExplain !== undefined && (
        <button
          type="button"
          title={`The plan of the selection, or of the statement at the cursor (${EXPLAIN_KEYS})`}
          onClick={onExplain}
          className="rounded px-1 font-medium hover:bg-hover hover:text-text"
        >
          Explain
        </button>
      )}
      <span className="ml-auto flex min-w-0">{check !== undefined && <Needs check={check} />}</span>
    </div>
  );
}
