'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { request } from '../../graphql/client';
import { Confirm } from '../../ui/confirm';
import { count } from '../../ui/format';
import { useAnnounce } from '../publication/use-announce';
import { environmentsKey } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';
import { deleteConnectionDocument } from './connections.queries';
import { type Connection, connectionsKey } from './use-connections';

interface DeleteProps {
  connection: Connection;
  open: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteConnection({ connection, open, onClose, onDeleted }: DeleteProps) {
  const { orgId, slug } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  const remove = useMutation({
    mutationFn: async () => {
      const before = await versions([connection.environment.id]);
      await request(deleteConnectionDocument, { orgId, id: connection.id });
      return before;
    },
    onSuccess: (before) => {
      onDeleted();
      queries.invalidateQueries({ queryKey: connectionsKey(orgId) });
      queries.invalidateQueries({ queryKey: environmentsKey(orgId) });
      announce('Connection deleted', before);
    },
  });
  return (
    <Confirm
      open={open}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      title={`Delete ${connection.name}?`}
      confirm="Delete connection"
      typed={connection.slug}
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>
        Nobody reaches it through Postern afterwards. The database itself and its audit events stay. Rules
        that name it must be deleted or changed first.
      </p>
      {connection.ruleCount > 0 ? (
        <p>
          <Link href={`/${slug}/rules?connection=${connection.slug}`} className="text-accent hover:underline">
            See the {count(connection.ruleCount, 'rule')} on it
          </Link>
        </p>
      ) : null}
    </Confirm>
  );
}
