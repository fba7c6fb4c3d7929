'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { request } from '../../graphql/client';
import { Confirm } from '../../ui/confirm';
import { count } from '../../ui/format';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { deleteGroupDocument } from './groups.queries';
import { type Group, groupsKey } from './use-groups';

interface DeleteProps {
  group: Group;
  open: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteGroup({ group, open, onClose, onDeleted }: DeleteProps) {
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
