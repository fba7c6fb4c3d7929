'use client';
import Link from 'next/link';
import { useId, useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { count, slugOf } from '../../ui/format';
import { FormError } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { DeleteGroup } from './delete-group';
import { GroupMembers, type Person } from './group-members';
import type { Group } from './use-groups';
import { useSaveGroup } from './use-save-group';

interface Props {
  group: Group | null;
  onClose: () => void;
  onCreated?: (slug: string) => void;
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
