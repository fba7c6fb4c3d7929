'use client';
import { useRouter } from 'next/navigation';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Well } from '../../ui/page';
import { ErrorState, FormError, Note } from '../../ui/states';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { DriftFinding } from './drift';
import { FailedWork } from './failed-work';
import { RoleStateLabel } from './role-status';
import { requestRolePlanDocument, scanForDriftDocument } from './roles.queries';
import { CAUSES, PLAN_STATES } from './states';
import type { TabProps } from './tabs';
import { type PlanRow, usePlans, useRolesMutation } from './use-roles';

export function OverviewTab({ connection, roles }: TabProps) {
  const { slug, canManage } = useOrg();
  const router = useRouter();
  const planPath = (id: string) =>
    `/${slug}/connections/${encodeURIComponent(connection.slug)}/roles/plans/${id}`;
  const { livePlan, drift } = roles;
  return (
    <div className="flex flex-col gap-4">
      {livePlan ? (
        <Note
          tone={livePlan.state === 'PENDING' ? 'warn' : 'plain'}
          title={PLAN_STATES[livePlan.state].label}
          action={
            <Button look="primary" onClick={() => router.push(planPath(livePlan.id))}>
              {livePlan.state === 'PENDING' ? 'Look at the plan' : 'Watch the plan'}
            </Button>
          }
        >
          A plan of version {livePlan.manifestVersion}, asked for by {livePlan.requestedLabel}
          {livePlan.changeCount == null ? '' : `, with ${changesText(livePlan)}`}.
        </Note>
      ) : null}
      <StatusCard connection={connection} roles={roles} planPath={planPath} />
      {drift ? <DriftFinding finding={drift} planPath={planPath} canManage={canManage} /> : null}
      <FailedWork connectionId={connection.id} />
      <Plans connectionId={connection.id} open={(id) => router.push(planPath(id))} />
    </div>
  );
}

const changesText = (plan: Pick<PlanRow, 'changeCount' | 'destructiveCount'>): string =>
  count(plan.changeCount ?? 0, 'change') +
  (plan.destructiveCount ? `, ${plan.destructiveCount} of them taking something away` : '');

function StatusCard({
  connection,
  roles: { status, manifest },
  planPath,
}: Pick<TabProps, 'connection' | 'roles'> & { planPath: (id: string) => string }) {
  const { canManage } = useOrg();
  const router = useRouter();
  const connectionId = connection.id;
  const scan = useRolesMutation(
    (_: undefined, orgId) => request(scanForDriftDocument, { orgId, connectionId }),
    () => notify('An agent will look at the database'),
  );
  const plan = useRolesMutation(
    async (_: undefined, orgId) =>
      (await request(requestRolePlanDocument, { orgId, connectionId })).requestRolePlan.id,
    (id) => router.push(planPath(id)),
  );
  const error = scan.error ?? plan.error;
  return (
    <section aria-label="State" className="border-line bg-surface rounded-lg border p-4">
      <div className="flex flex-wrap items-start gap-3">
        <dl className="grid flex-1 grid-cols-[8rem_1fr] gap-x-3 gap-y-2 text-sm [&_dt]:text-ink-3">
          <dt>Database</dt>
          <dd>
            <RoleStateLabel state={status.state} />
            {status.reason ? <p className="text-ink-2 mt-0.5 text-xs">{status.reason}</p> : null}
          </dd>
          <dt>Last looked at</dt>
          <dd>
            <Ago at={status.checkedAt} />
          </dd>
          <dt>Next look</dt>
          <dd>
            <Ago at={status.nextScanAt} never="none by itself" />
          </dd>
          <dt>Manifest</dt>
          <dd>
            version {manifest?.version} of {manifest?.authorLabel}, <Ago at={manifest?.createdAt} />
            {manifest?.message ? <p className="text-ink-2 mt-0.5 text-xs">{manifest.message}</p> : null}
          </dd>
        </dl>
        {canManage ? (
          <div className="flex flex-wrap gap-2">
            <Button busy={scan.isPending} onClick={() => scan.mutate(undefined)}>
              Look for drift now
            </Button>
            <Button busy={plan.isPending} onClick={() => plan.mutate(undefined)}>
              Plan again
            </Button>
          </div>
        ) : null}
      </div>
      {error ? (
        <div className="mt-3">
          <FormError error={error} />
        </div>
      ) : null}
    </section>
  );
}

export const planColumns: Column<PlanRow>[] = [
  {
    key: 'state',
    header: 'Plan',
    className: 'min-w-44',
    cell: ({ state }) => <Status health={PLAN_STATES[state].health}>{PLAN_STATES[state].label}</Status>,
  },
  {
    key: 'changes',
    header: 'Changes',
    cell: (plan) => (plan.changeCount == null ? <span className="text-ink-3">–</span> : changesText(plan)),
  },
  { key: 'version', header: 'Manifest', cell: (plan) => `version ${plan.manifestVersion}` },
  {
    key: 'why',
    header: 'Why',
    className: 'hidden md:table-cell text-ink-2',
    cell: (plan) => `${CAUSES[plan.cause]}, by ${plan.requestedLabel}`,
  },
  {
    key: 'decided',
    header: 'Decided by',
    className: 'hidden lg:table-cell text-ink-2',
    cell: (plan) => plan.approvedLabel ?? plan.closedLabel ?? '',
  },
  {
    key: 'when',
    header: 'When',
    className: 'text-ink-2',
    cell: (plan) => <Ago at={plan.finishedAt ?? plan.createdAt} />,
  },
];

function Plans({ connectionId, open }: { connectionId: string; open: (id: string) => void }) {
  const plans = usePlans(connectionId);
  return (
    <section aria-labelledby="plans" className="flex flex-col gap-2">
      <h2 id="plans" className="text-sm font-semibold">
        Plans
      </h2>
      {plans.error && !plans.data ? (
        <Well>
          <ErrorState error={plans.error} onRetry={() => plans.refetch()} />
        </Well>
      ) : plans.data?.length === 0 ? (
        <Well>
          <p className="text-ink-2 px-4 py-6 text-sm">No plan yet. Saving a manifest makes one.</p>
        </Well>
      ) : (
        <DataTable
          label="Plans"
          columns={planColumns}
          rows={plans.data}
          rowId={(plan) => plan.id}
          onOpen={(plan) => open(plan.id)}
        />
      )}
    </section>
  );
}
