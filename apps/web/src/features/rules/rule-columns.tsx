import type { Names } from '../../policy/members';
import type { Column } from '../../ui/data-table';
import { Icon } from '../../ui/icons';
import { PermissionBadges } from '../../ui/permission-badge';
import { Ago } from '../../ui/time';
import { ConnectionName } from '../connections/connection-name';
import { MemberChips } from './member-chip';
import type { Rule } from './use-rules';

export function ruleColumns(orgId: string, names: Names): Column<Rule>[] {
  return [
    {
      key: 'connection',
      header: 'Connection',
      className: 'min-w-40',
      cell: (rule) =>
        rule.connection === '*' ? (
          <span className="inline-flex items-center gap-1.5 align-middle font-medium whitespace-nowrap">
            <Icon name="globe" className="text-ink-3 size-3.5" /> All connections
          </span>
        ) : (
          <ConnectionName orgId={orgId} slug={rule.connection} />
        ),
    },
    {
      key: 'permissions',
      header: 'Permissions',
      className: 'min-w-52',
      cell: (rule) => <PermissionBadges permissions={rule.permissions} />,
    },
    {
      key: 'members',
      header: 'Members',
      className: 'min-w-44',
      cell: (rule) => <MemberChips members={rule.members} names={names} />,
    },
    {
      key: 'description',
      header: 'Description',
      className: 'hidden w-full max-w-0 lg:table-cell',
      cell: (rule) => (
        <span className="text-ink-2 block truncate" title={rule.description}>
          {rule.description}
        </span>
      ),
    },
    {
      key: 'updated',
      header: 'Updated',
      className: 'hidden text-ink-2 md:table-cell',
      cell: (rule) => <Ago at={rule.updatedAt} />,
    },
  ];
}
