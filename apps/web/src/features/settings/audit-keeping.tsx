'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { SelectField, TextField } from '../../ui/field';
import { absolute, count } from '../../ui/format';
import { ErrorState, FormError, Note, Skeleton } from '../../ui/states';
import { notify } from '../../ui/toast';
import {
  auditKeepingDocument,
  auditKeepingPreviewDocument,
  setAuditKeepingDocument,
} from '../audit-proof/proof.queries';
import { useOrg } from '../shell/org-context';
import { type Keeping, removesMore } from './keeping';

const keepingKey = (orgId: string) => ['audit-keeping', orgId] as const;

/** Offered; anything from 30 days on can be set. */
const USUAL: readonly (readonly [days: number | null, label: string])[] = [
  [null, 'For ever'],
  [90, '90 days'],
  [365, '1 year'],
  [400, '400 days: a year and the audit after it'],
  [1_095, '3 years'],
  [2_190, '6 years (HIPAA)'],
  [2_555, '7 years'],
];

function useKeeping() {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: keepingKey(orgId),
    queryFn: async (): Promise<Keeping> => {
      const { auditKeeping } = await request(auditKeepingDocument, { orgId });
      return { days: auditKeeping.auditRetentionDays ?? null, hold: auditKeeping.auditHold ?? null };
    },
  });
}

/** How long the audit trail is kept, and what keeps all of it for now. */
export function AuditKeeping() {
  const keeping = useKeeping();
  return (
    <section className="border-line bg-surface rounded-lg border p-5">
      <h2 className="font-semibold">Audit trail</h2>
      <p className="text-ink-2 mb-4 max-w-2xl text-sm">
        Events older than this are removed for good, day by day; that they were is itself recorded and signed,
        so that the trail still verifies. A legal hold keeps everything, whatever else is set.
      </p>
      {keeping.error && !keeping.data ? (
        <ErrorState error={keeping.error} onRetry={() => keeping.refetch()} />
      ) : keeping.data ? (
        <KeepingForm key={`${keeping.data.days} ${keeping.data.hold}`} keeping={keeping.data} />
      ) : (
        <Skeleton className="h-24 w-full max-w-md" />
      )}
    </section>
  );
}

function KeepingForm({ keeping }: { keeping: Keeping }) {
  const { orgId, role } = useOrg();
  const queries = useQueryClient();
  const [days, setDays] = useState(keeping.days);
  const [hold, setHold] = useState(keeping.hold ?? '');
  const [asking, setAsking] = useState(false);
  const isOwner = role === 'OWNER';
  const wanted: Keeping = { days, hold: hold.trim() || null };
  const save = useMutation({
    mutationFn: () =>
      request(setAuditKeepingDocument, { orgId, retentionDays: wanted.days, hold: wanted.hold }),
    onSuccess: async () => {
      setAsking(false);
      notify('Saved');
      await queries.invalidateQueries({ queryKey: keepingKey(orgId) });
    },
  });
  const isChanged = wanted.days !== keeping.days || wanted.hold !== keeping.hold;
  const error = save.error ? asApiError(save.error) : null;
  const isUsual = USUAL.some(([each]) => each === days);
  return (
    <>
      <form
        className="flex max-w-md flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (removesMore(keeping, wanted)) setAsking(true);
          else save.mutate();
        }}
      >
        <SelectField
          label="Keep events"
          disabled={!isOwner}
          value={days === null ? '' : String(days)}
          onChange={(event) => setDays(event.target.value === '' ? null : Number(event.target.value))}
          error={fieldError(error, 'retentionDays')}
        >
          {USUAL.map(([value, label]) => (
            <option key={label} value={value ?? ''}>
              {label}
            </option>
          ))}
          {isUsual ? null : <option value={String(days)}>{days} days</option>}
        </SelectField>
        <TextField
          label="Legal hold"
          optional
          disabled={!isOwner}
          maxLength={500}
          value={hold}
          placeholder="Case 4711, until counsel lifts it"
          onChange={(event) => setHold(event.target.value)}
          hint="A reason here keeps every event. Empty it to lift the hold."
          error={fieldError(error, 'hold')}
        />
        {keeping.hold ? <Note tone="warn" title="Nothing is removed: a legal hold is on" /> : null}
        {isOwner ? (
          <Button type="submit" className="self-start" busy={save.isPending} disabled={!isChanged}>
            Save
          </Button>
        ) : (
          <p className="text-ink-3 text-xs">Owners change this.</p>
        )}
        {error && !asking ? <FormError error={error} /> : null}
      </form>
      {asking ? (
        <Removal
          wanted={wanted}
          lifts={keeping.hold !== null}
          onClose={() => setAsking(false)}
          onConfirm={() => save.mutate()}
          busy={save.isPending}
          error={save.error}
        />
      ) : null}
    </>
  );
}

interface RemovalProps {
  wanted: Keeping;
  lifts: boolean;
  onClose: () => void;
  onConfirm: () => void;
  busy: boolean;
  error: unknown;
}

/** Says how much would go, and when, before anything does. */
function Removal({ wanted, lifts, onClose, onConfirm, busy, error }: RemovalProps) {
  const { orgId, slug } = useOrg();
  const retentionDays = wanted.days ?? 0;
  const preview = useQuery({
    queryKey: [...keepingKey(orgId), 'preview', retentionDays],
    queryFn: async () =>
      (await request(auditKeepingPreviewDocument, { orgId, retentionDays })).auditKeepingPreview,
    staleTime: 0,
  });
  const found = preview.data;
  return (
    <Confirm
      open
      onClose={onClose}
      title={lifts ? 'Lift the hold and let retention work?' : `Keep events for ${retentionDays} days only?`}
      confirm={found?.events === 0 ? 'Save' : 'Save and let them go'}
      {...(found?.events === 0 ? {} : { typed: slug })}
      onConfirm={onConfirm}
      busy={busy || preview.isPending}
      error={error ?? preview.error}
    >
      {found ? (
        found.events === 0 ? (
          <p>
            No event is that old yet. From now on, what happened more than {retentionDays} days ago is
            removed.
          </p>
        ) : (
          <p>
            <strong className="text-ink font-medium">
              {found.isExact ? '' : 'More than '}
              {count(found.events, 'event')}
            </strong>{' '}
            from before {absolute(found.keepFrom).slice(0, 16)}
            {found.oldestAt ? `, the oldest of ${absolute(found.oldestAt).slice(0, 10)},` : ''} will be
            removed, beginning within the hour. This cannot be undone. Export them first if anybody may ask
            for them.
          </p>
        )
      ) : (
        <p>Counting what would go…</p>
      )}
    </Confirm>
  );
}
