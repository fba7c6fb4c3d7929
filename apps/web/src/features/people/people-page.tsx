'use client';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { inputClass } from '../../ui/field';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { EffectiveAccessDialog } from '../access/effective-access';
import { ROLE_LABEL } from '../session/use-viewer';
import { useOrg } from '../shell/org-context';
import { ChangeRole } from './change-role';
import { InviteDialog } from './invite-dialog';
import { Invites } from './invites';
import { RemoveMember } from './remove-member';
import { type Member, useMembers } from './use-members';

type Action = { kind: 'access' | 'role' | 'remove'; member: Member };

const matches = ({ user, groups }: Member, needle: string): boolean =>
  `${user.name} ${user.email} ${groups.map((group) => group.name).join(' ')}`.toLowerCase().includes(needle);

export function PeoplePage() {
  const { orgId, canManage } = useOrg();
  const members = useMembers(orgId);
  const [typed, setTyped] = useState('');
  const [inviting, setInviting] = useState(false);
  const [action, setAction] = useState<Action | null>(null);
  const needle = typed.trim().toLowerCase();
  const shown = needle ? members.data?.filter((member) => matches(member, needle)) : members.data;
  const close = () => setAction(null);
  return (
    <Page
      title="People"
      lead="Who belongs to this organisation. Roles are about this product; what people may do on databases comes from rules alone."
      actions={
        canManage ? (
          <Button look="primary" data-create onClick={() => setInviting(true)}>
            <Icon name="plus" className="size-3.5" /> Invite
          </Button>
        ) : null
      }
    >
      <input
        data-search
        aria-label="Search people"
        placeholder="Search name, e-mail or group"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className={`${inputClass} max-w-72`}
      />
      {members.error && !members.data ? (
        <Well>
          <ErrorState error={members.error} onRetry={() => members.refetch()} />
        </Well>
      ) : shown?.length === 0 ? (
        <Well>
          <EmptyState
            icon="search"
            title="Nobody matches"
            action={<Button onClick={() => setTyped('')}>Clear</Button>}
          />
        </Well>
      ) : (
        <DataTable
          label="People"
          columns={columns(canManage, setAction)}
          rows={shown}
          rowId={(member) => member.id}
          onOpen={(member) => setAction({ kind: 'access', member })}
          openLabel={(member) => `Effective access of ${member.user.name}`}
          footer={shown ? count(shown.length, 'person', 'people') : undefined}
        />
      )}
      {canManage ? <Invites /> : null}
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
      <EffectiveAccessDialog
        open={action?.kind === 'access'}
        onClose={close}
        userId={action?.kind === 'access' ? action.member.user.id : undefined}
      />
      {action?.kind === 'role' ? <ChangeRole member={action.member} onClose={close} /> : null}
      {action?.kind === 'remove' ? <RemoveMember member={action.member} onClose={close} /> : null}
    </Page>
  );
}

function columns(canManage: boolean, onAction: (action: Action) => void): Column<Member>[] {
  const base: Column<Member>[] = [
    {
      key: 'name',
      header: 'Name',
      className: 'min-w-44',
      cell: ({ user }) => (
        <span className="flex flex-col leading-tight">
          <span className="font-medium">{user.name}</span>
          <span className="text-ink-3 text-xs">{user.email}</span>
        </span>
      ),
    },
    { key: 'role', header: 'Role', cell: ({ role }) => <Tag>{ROLE_LABEL[role]}</Tag> },
    {
      key: 'groups',
      header: 'Groups',
      cell: ({ groups }) =>
        groups.length === 0 ? (
          <span className="text-ink-3">none</span>
        ) : (
          groups.map((group) => group.name).join(', ')
        ),
    },
    {
      key: 'joined',
      header: 'Joined',
      className: 'hidden text-ink-2 md:table-cell',
      cell: ({ joinedAt }) => <Ago at={joinedAt} />,
    },
  ];
  return [...base, actionsColumn(canManage, onAction)];
}

const actionsColumn = (canManage: boolean, onAction: (action: Action) => void): Column<Member> => ({
  key: 'actions',
  header: 'Actions',
  quiet: true,
  className: 'w-10',
  cell: (member) => (
    <Menu
      trigger={
        <IconButton label={`Actions for ${member.user.name}`}>
          <Icon name="dots" />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => onAction({ kind: 'access', member })}>Effective access</MenuItem>
      {canManage ? (
        <>
          <MenuItem onSelect={() => onAction({ kind: 'role', member })}>Change role</MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => onAction({ kind: 'remove', member })}>
            Remove from the organisation
          </MenuItem>
        </>
      ) : null}
    </Menu>
  ),
});
