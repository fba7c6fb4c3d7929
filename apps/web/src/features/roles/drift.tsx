'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { absolute, count } from '../../ui/format';
import { FormError } from '../../ui/states';
import { Ago } from '../../ui/time';
import { Changes } from './changes';
import { OpaqueStatements, WhereFrom } from './drift-causes';
import { ignoreDriftDocument, planForDriftDocument } from './roles.queries';
import { type Roles, useRolesMutation } from './use-roles';

type Finding = NonNullable<Roles['drift']>;

interface Props {
  finding: Finding;
  planPath: (id: string) => string;
  canManage: boolean;
}

/** What differs between database and manifest, since when, and what may be done about it. */
export function DriftFinding({ finding, planPath, canManage }: Props) {
  const router = useRouter();
  const [ignoring, setIgnoring] = useState(false);
  const plan = useRolesMutation(
    async (_: undefined, orgId) =>
      (await request(planForDriftDocument, { orgId, id: finding.id })).planForDrift.id,
    (id) => router.push(planPath(id)),
  );
  const ignored = finding.ignoredUntil && Date.parse(finding.ignoredUntil) > Date.now();
  return (
    <section aria-labelledby="drift" className="border-warn/40 bg-surface rounded-lg border">
      <div className="border-line flex flex-wrap items-start gap-3 border-b px-4 py-3">
        <div className="min-w-0 flex-1">
          <h2 id="drift" className="text-sm font-semibold">
            The database differs from version {finding.manifestVersion}
          </h2>
          <p className="text-ink-2 text-sm">
            {count(finding.changeCount, 'change')} would undo it. Seen first <Ago at={finding.firstSeenAt} />,
            last <Ago at={finding.lastSeenAt} />.
          </p>
          {ignored ? (
            <p className="text-ink-2 mt-1 text-sm">
              Ignored by {finding.ignoredLabel} until {absolute(finding.ignoredUntil ?? '').slice(0, 10)}:{' '}
              {finding.ignoredReason}
            </p>
          ) : null}
        </div>
        {canManage ? (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setIgnoring(true)}>{ignored ? 'Ignore longer' : 'Ignore for now'}</Button>
            <Button look="primary" busy={plan.isPending} onClick={() => plan.mutate(undefined)}>
              Plan to undo it
            </Button>
          </div>
        ) : null}
      </div>
      {plan.error ? (
        <div className="p-4 pb-0">
          <FormError error={plan.error} />
        </div>
      ) : null}
      <div className="p-4">
        <OpaqueStatements causes={finding.causes} />
        <p className="text-ink-3 mb-2 text-xs">What would undo it, and where each difference comes from:</p>
        <Changes
          changes={finding.content.changes.map((change, index) => ({
            ...change,
            note: <WhereFrom causes={finding.causes} index={index} />,
          }))}
        />
      </div>
      {ignoring ? <IgnoreDialog id={finding.id} onClose={() => setIgnoring(false)} /> : null}
    </section>
  );
}

const DAY_MS = 86_400_000;
const dayFrom = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

function IgnoreDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => dayFrom(7));
  const ignore = useRolesMutation(
    (_: undefined, orgId) =>
      request(ignoreDriftDocument, {
        orgId,
        id,
        reason,
        until: new Date(`${until}T23:59:59`).toISOString(),
      }),
    onClose,
  );
  const error = ignore.error ? asApiError(ignore.error) : null;
  return (
    <FormDialog
      sticky={reason !== ''}
      onClose={onClose}
      title="Ignore this difference"
      description="It comes back on that day, or as soon as something else differs."
      submit="Ignore until then"
      disabled={reason.trim() === '' || until === ''}
      busy={ignore.isPending}
      error={ignore.error}
      fields={['reason', 'until']}
      onSubmit={() => ignore.mutate(undefined)}
    >
      <TextField
        label="Why"
        required
        value={reason}
        maxLength={2_000}
        onChange={(event) => setReason(event.target.value)}
        error={fieldError(error, 'reason')}
      />
      <TextField
        label="Until the end of"
        type="date"
        min={dayFrom(0)}
        max={dayFrom(365)}
        value={until}
        onChange={(event) => setUntil(event.target.value)}
        error={fieldError(error, 'until')}
      />
    </FormDialog>
  );
}
