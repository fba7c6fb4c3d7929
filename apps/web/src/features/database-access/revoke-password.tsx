'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../graphql/client';
import { Confirm } from '../../ui/confirm';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { revokeDatabasePasswordDocument } from './database-access.queries';
import { accessKey } from './use-database-access';

export interface Revocable {
  id: string;
  environment: { id: string; name: string };
  /** Whose it is; absent when it is one's own. */
  holder?: string;
}

export function RevokePassword({ password, onClose }: { password: Revocable; onClose: () => void }) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  const { environment, holder } = password;
  const revoke = useMutation({
    mutationFn: async () => {
      const before = await versions([environment.id]);
      await request(revokeDatabasePasswordDocument, { orgId, id: password.id });
      return before;
    },
    onSuccess: (before) => {
      announce('Database password revoked', before);
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: accessKey(orgId) }),
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={holder ? `Revoke ${holder}’s password?` : 'Revoke your database password?'}
      confirm="Revoke password"
      onConfirm={() => revoke.mutate()}
      busy={revoke.isPending}
      error={revoke.error}
    >
      <p>
        Nobody signs in to {environment.name} with it from psql or another PostgreSQL client any more, and
        sessions open with it end. The SQL console is not concerned; what was done stays in the audit trail.
      </p>
    </Confirm>
  );
}
