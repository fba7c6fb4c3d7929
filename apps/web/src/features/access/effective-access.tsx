'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import { graphql } from '../../gql';
import { request } from '../../graphql/client';
import { Dialog } from '../../ui/dialog';
import { inputClass } from '../../ui/field';
import { Icon } from '../../ui/icons';
import { PermissionBadge } from '../../ui/permission-badge';
import { Picker } from '../../ui/picker';
import { FormError, Note, Skeleton } from '../../ui/states';
import { useConnections } from '../connections/use-connections';
import { useMembers } from '../people/use-members';
import { MemberChips } from '../rules/member-chip';
import { useNames } from '../rules/use-names';
import { useOrg } from '../shell/org-context';

const effectiveAccessDocument = graphql(`
  query EffectiveAccess($orgId: ID!, $userId: ID!, $connectionId: ID!) {
    effectiveAccess(orgId: $orgId, userId: $userId, connectionId: $connectionId) {
      permissions
      grants { permission rules { id connection members description permissions } }
    }
  }
`);

interface Props {
  open: boolean;
  onClose: () => void;
  userId?: string | undefined;
  connectionId?: string | undefined;
}

/** "Why can Sam write to production?": the permissions of one person on one connection and the rules that give each. */
export function EffectiveAccessDialog({ open, onClose, ...given }: Props) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title="Effective access"
      description="What one person may do on one connection, and which rules give it."
    >
      {open ? <Chooser {...given} /> : null}
    </Dialog>
  );
}

function Chooser(given: Pick<Props, 'userId' | 'connectionId'>) {
  const { orgId } = useOrg();
  const members = useMembers(orgId).data;
  const connections = useConnections(orgId).data;
  const [userId, setUserId] = useState(given.userId);
  const [connectionId, setConnectionId] = useState(given.connectionId);
  const people = useMemo(
    () => (members ?? []).map(({ user }) => ({ value: user.id, label: user.name, note: user.email })),
    [members],
  );
  const places = useMemo(
    () =>
      (connections ?? []).map((each) => ({ value: each.id, label: each.name, note: each.environment.name })),
    [connections],
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Choice label="Person" options={people} value={userId} onPick={setUserId} />
        <Choice label="Connection" options={places} value={connectionId} onPick={setConnectionId} />
      </div>
      {userId && connectionId ? (
        <Access userId={userId} connectionId={connectionId} />
      ) : (
        <p className="text-ink-3 py-4 text-center text-sm">Choose a person and a connection.</p>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  options: React.ComponentProps<typeof Picker>['options'];
  value: string | undefined;
  onPick: (value: string) => void;
}

function Choice({ label, options, value, onPick }: ChoiceProps) {
  const chosen = options.find((option) => option.value === value);
  return (
    <Picker
      label={label}
      options={options}
      selected={value ? [value] : []}
      onPick={onPick}
      trigger={
        <button
          type="button"
          aria-label={`${label}: ${chosen?.label ?? 'choose'}`}
          className={`${inputClass} flex items-center gap-2 text-left`}
        >
          <span className="text-ink-3 text-xs">{label}</span>
          <span className="min-w-0 flex-1 truncate">{chosen?.label ?? 'Choose…'}</span>
          <Icon name="updown" className="text-ink-3 size-3.5" />
        </button>
      }
    />
  );
}

function Access({ userId, connectionId }: { userId: string; connectionId: string }) {
  const { orgId, slug } = useOrg();
  const names = useNames(orgId);
  const { data, error } = useQuery({
    queryKey: ['access', orgId, userId, connectionId],
    queryFn: async () =>
      (await request(effectiveAccessDocument, { orgId, userId, connectionId })).effectiveAccess,
    staleTime: 0,
  });
  if (error) return <FormError error={error} />;
  if (!data) return <Skeleton className="h-24 w-full" />;
  if (data.permissions.length === 0) {
    return (
      <Note title="No access">
        No rule matches, so this person does not even see that the connection exists.
      </Note>
    );
  }
  return (
    <ul className="divide-line border-line divide-y rounded-lg border">
      {data.grants.map((grant) => (
        <li key={grant.permission} className="flex flex-wrap gap-x-4 gap-y-2 px-3 py-2.5">
          <span className="w-16 pt-0.5">
            <PermissionBadge permission={grant.permission} />
          </span>
          <ul className="flex min-w-0 flex-1 flex-col gap-2">
            {grant.rules.map((rule) => (
              <li key={rule.id} className="flex min-w-0 flex-wrap items-center gap-2 text-sm">
                <Link href={`/${slug}/rules?rule=${rule.id}`} className="text-accent hover:underline">
                  {rule.description ||
                    (rule.connection === '*' ? 'Rule on all connections' : `Rule on ${rule.connection}`)}
                </Link>
                <MemberChips members={rule.members} names={names} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
