'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useId, useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button, IconButton } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { Panel } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { count, slugOf } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Picker } from '../../ui/picker';
import { FormError } from '../../ui/states';
import { membersKey, useMembers } from '../people/use-members';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import {
  createGroupDocument,
  deleteGroupDocument,
  setGroupMembersDocument,
  updateGroupDocument,
} from './groups.queries';
import { type Group, groupsKey } from './use-groups';

interface Props {
  group: Group | null;
  onClose: () => void;
  onCreated?: (slug: string) => void;
}

function useSaveGroup(group: Group | null) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  return useMutation({
    mutationFn: async (draft: { name: string; slug: string; userIds: string[] }) => {
      const before = await versions();
      const id =
        group?.id ??
        (await request(createGroupDocument, { orgId, slug: draft.slug, name: draft.name })).createGroup.id;
      if (group && group.name !== draft.name)
        await request(updateGroupDocument, { orgId, id, name: draft.name });
      const had = group?.members.map((user) => user.id) ?? [];
      const regrouped =
        had.length !== draft.userIds.length || had.some((userId) => !draft.userIds.includes(userId));
      if (regrouped) await request(setGroupMembersDocument, { orgId, id, userIds: draft.userIds });
      // Only a group that a rule names changes what agents enforce.
      return regrouped && group && group.ruleCount > 0 ? before : new Map<string, number>();
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: groupsKey(orgId) });
      queries.invalidateQueries({ queryKey: membersKey(orgId) });
    },
    onSuccess: (before) => announce('Group saved', before),
  });
}

export function GroupPanel({ group, onClose, onCreated }: Props) {
  const { canManage } = useOrg();
  const form = useId();
  const [opened] = useState(group);
  const [name, setName] = useState(group?.name ?? '');
  const [slug, setSlug] = useState('');
  const [people, setPeople] = useState<readonly Person[]>(group?.members ?? []);
  const [deleting, setDeleting] = useState(false);
  const save = useSaveGroup(opened);
  const error = save.error ? asApiError(save.error) : null;
  const typedSlug = slug || slugOf(name);
  const submit = () =>
    save.mutate(
      { name: name.trim(), slug: typedSlug, userIds: people.map((user) => user.id) },
      { onSuccess: () => (group ? onClose() : onCreated?.(typedSlug)) },
    );
  return (
    <Panel
      open
      sticky
      onClose={onClose}
      title={group ? group.name : 'New group'}
      footer={
        canManage ? (
          <>
            {group ? (
              <Button look="quiet-danger" className="-ml-2 mr-auto" onClick={() => setDeleting(true)}>
                Delete group
              </Button>
            ) : null}
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" form={form} busy={save.isPending}>
              {group ? 'Save group' : 'Create group'}
            </Button>
          </>
        ) : null
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <fieldset disabled={!canManage} className="flex min-w-0 flex-col gap-4">
          <TextField
            label="Name"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={fieldError(error, 'name')}
          />
          {group ? (
            <RuleLink group={group} />
          ) : (
            <TextField
              label="Id"
              required
              spellCheck={false}
              className="font-mono"
              value={typedSlug}
              onChange={(event) => setSlug(event.target.value)}
              hint="Rules name it as group:<id>; it never changes."
              error={fieldError(error, 'slug')}
            />
          )}
          <GroupMembers people={people} onChange={setPeople} />
        </fieldset>
        {error && !['name', 'slug'].includes(error.field ?? '') ? <FormError error={error} /> : null}
      </form>
      {group ? (
        <DeleteGroup group={group} open={deleting} onClose={() => setDeleting(false)} onDeleted={onClose} />
      ) : null}
    </Panel>
  );
}

function RuleLink({ group }: { group: Group }) {
  const { slug } = useOrg();
  return (
    <p className="text-ink-2 text-sm">
      <code className="font-mono text-xs">group:{group.slug}</code>, named by{' '}
      <Link href={`/${slug}/rules?member=group:${group.slug}`} className="text-accent hover:underline">
        {count(group.ruleCount, 'rule')}
      </Link>
    </p>
  );
}

interface Person {
  id: string;
  name: string;
  email: string;
}

function GroupMembers({
  people,
  onChange,
}: {
  people: readonly Person[];
  onChange: (people: readonly Person[]) => void;
}) {
  const { orgId, canManage } = useOrg();
  const everybody = (useMembers(orgId).data ?? []).map((member) => member.user);
  const toggle = (id: string) => {
    if (people.some((user) => user.id === id)) return onChange(people.filter((user) => user.id !== id));
    const added = everybody.find((user) => user.id === id);
    if (added) onChange([...people, added]);
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <h3 className="text-sm font-medium">{count(people.length, 'member')}</h3>
        {canManage ? (
          <Picker
            label="People"
            many
            options={everybody.map((user) => ({ value: user.id, label: user.name, note: user.email }))}
            selected={people.map((user) => user.id)}
            onPick={toggle}
            empty="nobody of that name; invite people first"
            trigger={
              <Button className="h-7">
                <Icon name="plus" className="size-3.5" /> Add people
              </Button>
            }
          />
        ) : null}
      </div>
      <ul className="divide-line border-line divide-y rounded-lg border empty:hidden">
        {people.map((user) => (
          <li key={user.id} className="flex items-center gap-3 px-3 py-1.5 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {user.name} <span className="text-ink-3 ml-1 text-xs">{user.email}</span>
            </span>
            {canManage ? (
              <IconButton label={`Remove ${user.name}`} onClick={() => toggle(user.id)}>
                <Icon name="close" className="size-3.5" />
              </IconButton>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface DeleteProps {
  group: Group;
  open: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

function DeleteGroup({ group, open, onClose, onDeleted }: DeleteProps) {
  const { orgId, slug } = useOrg();
  const queries = useQueryClient();
  const { announce } = useAnnounce();
  const remove = useMutation({
    mutationFn: () => request(deleteGroupDocument, { orgId, id: group.id }),
    onSuccess: () => {
      onDeleted();
      queries.invalidateQueries({ queryKey: groupsKey(orgId) });
      announce('Group deleted', new Map());
    },
  });
  return (
    <Confirm
      open={open}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      title={`Delete ${group.name}?`}
      confirm="Delete group"
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>The people stay. A group that a rule names cannot be deleted before that rule is changed.</p>
      {group.ruleCount > 0 ? (
        <p>
          <Link href={`/${slug}/rules?member=group:${group.slug}`} className="text-accent hover:underline">
            See the {count(group.ruleCount, 'rule')} that {group.ruleCount === 1 ? 'names' : 'name'} it
          </Link>
        </p>
      ) : null}
    </Confirm>
  );
}
