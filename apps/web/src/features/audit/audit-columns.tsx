import type { Column } from '../../ui/data-table';
import { PermissionBadges } from '../../ui/permission-badge';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { Decision } from './decision';
import { kindLabel } from './kinds';
import { outcomeOf } from './outcome';
import type { AuditRow } from './use-audit';

/** What happened, on one line: the statement itself, or what was changed. */
function What({ row }: { row: AuditRow }) {
  if (row.statement) {
    return (
      <span className="block truncate font-mono text-xs" title={row.statement.text.slice(0, 2_000)}>
        {row.statement.text.replace(/\s+/g, ' ').slice(0, 300)}
      </span>
    );
  }
  return (
    <span className="block truncate">
      {kindLabel(row.kind)}
      {row.target?.label ? <span className="text-ink-2">: {row.target.label}</span> : null}
      {row.reason ? <span className="text-ink-3"> · {row.reason}</span> : null}
    </span>
  );
}

export function auditColumns(now: number): Column<AuditRow>[] {
  return [
    {
      key: 'at',
      header: 'When',
      className: 'w-24 text-ink-2',
      cell: (row) => <Ago at={row.at} />,
    },
    {
      key: 'actor',
      header: 'Who',
      className: 'w-36 max-w-36 xl:w-48 xl:max-w-48',
      cell: (row) => (
        <span className="block truncate" title={row.actor.label}>
          {row.actor.label || row.actor.type}
        </span>
      ),
    },
    {
      key: 'decision',
      header: 'Decision',
      className: 'w-24',
      cell: (row) => <Decision decision={row.decision} />,
    },
    {
      key: 'what',
      header: 'What',
      className: 'min-w-44 max-w-0 w-full',
      cell: (row) => <What row={row} />,
    },
    {
      key: 'connection',
      header: 'Connection',
      className: 'hidden md:table-cell max-w-36 truncate text-ink-2',
      cell: (row) => row.connection?.slug ?? '',
    },
    {
      key: 'outcome',
      header: 'Outcome',
      className: 'hidden lg:table-cell whitespace-nowrap',
      cell: (row) => {
        if (row.missing?.length) {
          return (
            <span className="text-ink-3 inline-flex items-center gap-1.5 text-xs">
              lacks <PermissionBadges permissions={row.missing} />
            </span>
          );
        }
        const outcome = outcomeOf(row, now);
        return outcome ? (
          <span className="text-ink-2">
            <Status health={outcome.health}>{outcome.text}</Status>
          </span>
        ) : null;
      },
    },
  ];
}
