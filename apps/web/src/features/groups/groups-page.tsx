'use client';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { GroupPanel } from './group-panel';
import { type Group, useGroups } from './use-groups';

const NEW = 'new';
const SHOWN = 4;

const COLUMNS: Column<Group>[] = [
  {
    key: 'name',
    header: 'Group',
    className: 'min-w-36',
    cell: (group) => (
      <span className="flex flex-col leading-tight">
        <span className="font-medium">{group.name}</span>
        <span className="text-ink-3 font-mono text-xs">group:{group.slug}</span>
      </span>
    ),
  },
  {
    key: 'members',
    header: 'Members',
    cell: ({ members, memberCount }) =>
      memberCount === 0 ? (
        <span className="text-ink-3">nobody yet</span>
      ) : (
        <span>
          {members
            .slice(0, SHOWN)
            .map((user) => user.name)
            .join(', ')}
          {memberCount > SHOWN ? <span className="text-ink-3"> and {memberCount - SHOWN} more</span> : null}
        </span>
      ),
  },
  {
    key: 'rules',
    header: 'Rules',
    className: 'text-ink-2 tabular-nums',
    cell: (group) => group.ruleCount,
  },
];

export function GroupsPage() {
  const { orgId, canManage } = useOrg();
  const [params, change] = useUrlState();
  const groups = useGroups(orgId);
  const open = params.get('group');
  const selected = groups.data?.find((group) => group.slug === open);
  const create = canManage ? (
    <Button look="primary" data-create onClick={() => change({ group: NEW })}>
      <Icon name="plus" className="size-3.5" /> New group
    </Button>
  ) : null;
  return (
    <Page
      title="Groups"
      lead="A rule that names a group covers whoever is in it at that moment."
      actions={create}
    >
      {groups.error && !groups.data ? (
        <Well>
          <ErrorState error={groups.error} onRetry={() => groups.refetch()} />
        </Well>
      ) : groups.data?.length === 0 ? (
        <Well>
          <EmptyState icon="groups" title="No groups yet" action={create}>
            Groups such as <em>dba</em> or <em>analysts</em> keep rules few: change who is in the group, not
            the rules.
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Groups"
          columns={COLUMNS}
          rows={groups.data}
          rowId={(group) => group.id}
          onOpen={(group) => change({ group: group.slug })}
          selectedId={selected?.id}
          footer={groups.data ? count(groups.data.length, 'group') : undefined}
        />
      )}
      {open === NEW && canManage ? (
        <GroupPanel
          group={null}
          onClose={() => change({ group: null })}
          onCreated={(slug) => change({ group: slug })}
        />
      ) : selected ? (
        <GroupPanel key={selected.id} group={selected} onClose={() => change({ group: null })} />
      ) : null}
    </Page>
  );
}
