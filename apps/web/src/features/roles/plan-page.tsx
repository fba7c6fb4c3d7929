'use client';
import Link from 'next/link';
import { count } from '../../ui/format';
import { Page, Well } from '../../ui/page';
import { ErrorState, Note, Skeleton } from '../../ui/states';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { PlanComments } from './plan-comments';
import { PlanContentView } from './plan-content';
import { PlanDecision } from './plan-decision';
import { CAUSES, MODES, PLAN_STATES } from './states';
import { isOver, type Plan, usePlan } from './use-roles';

/** One plan: what it would do, who decided, how far it is. */
export function PlanPage({ slug, id }: { slug: string; id: string }) {
  const { slug: org } = useOrg();
  const plan = usePlan(id);
  const back = (
    <Link
      href={`/${org}/connections/${encodeURIComponent(slug)}/roles`}
      className="text-accent hover:underline"
    >
      Roles of {slug}
    </Link>
  );
  if (!plan.data)
    return (
      <Page title="Role plan" lead={back}>
        <Well>
          {plan.error ? (
            <ErrorState error={plan.error} onRetry={() => plan.refetch()} />
          ) : (
            <Skeleton className="m-6 h-40" />
          )}
        </Well>
      </Page>
    );
  const { data } = plan;
  return (
    <Page title={`Plan of manifest version ${data.manifestVersion}`} lead={back}>
      <StatePart plan={data} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          {data.content ? (
            <PlanContentView content={data.content} />
          ) : isOver(data.state) ? (
            <Well>
              <p className="text-ink-2 px-4 py-6 text-sm">It ended before anything was planned.</p>
            </Well>
          ) : (
            <Well>
              <p className="text-ink-2 px-4 py-6 text-sm">
                What it would do stands here once an agent has looked.
              </p>
            </Well>
          )}
        </div>
        <div className="flex flex-col gap-4">
          <Facts plan={data} />
          <PlanComments plan={data} />
        </div>
      </div>
    </Page>
  );
}

const WAITING = new Set(['DRAFT', 'PLANNING', 'APPROVED', 'APPLYING']);

function StatePart({ plan }: { plan: Plan }) {
  const { label, health, means } = PLAN_STATES[plan.state];
  const { task } = plan;
  const isWaiting = WAITING.has(plan.state) && (task === null || task?.state === 'waiting');
  return (
    <section aria-label="State" className="border-line bg-surface flex flex-col gap-3 rounded-lg border p-4">
      <div className="flex flex-wrap items-center gap-3">
        <p aria-live="polite" className="text-sm">
          <Status health={health}>
            <span className="font-medium">{label}</span>
          </Status>
          <span className="text-ink-2 ml-2">{means}</span>
        </p>
        <div className="ml-auto">
          <PlanDecision key={plan.state} plan={plan} />
        </div>
      </div>
      {isWaiting && task && !task.hasAgent ? (
        <Note tone="warn" title="Waiting for an agent">
          No agent of this environment is connected. Nothing is lost: it goes on as soon as one is.
        </Note>
      ) : null}
      {isWaiting && task?.failure ? (
        <Note tone="warn" title={`Tried ${count(task.attempts, 'time')}, and will be tried again`}>
          {task.failure}
        </Note>
      ) : null}
      {plan.state === 'APPLYING' ? <Progress done={plan.progressDone} total={plan.progressTotal} /> : null}
      {plan.cancelAskedAt && plan.state !== 'FAILED' ? <Cancelled plan={plan} /> : null}
      {plan.reason ? (
        <Note tone={plan.state === 'FAILED' || plan.state === 'STALE' ? 'bad' : 'plain'} title="Why">
          <span className="whitespace-pre-line">{plan.reason}</span>
        </Note>
      ) : null}
    </section>
  );
}

/** Asked for, and not known yet whether in time; or not in time. */
function Cancelled({ plan }: { plan: Plan }) {
  const isLate = plan.state === 'APPLIED';
  return (
    <Note tone="warn" title={isLate ? 'Cancelled too late' : 'Being cancelled'}>
      {plan.cancelAskedLabel}, <Ago at={plan.cancelAskedAt} />: {plan.cancelReason}.{' '}
      {isLate
        ? 'The agent had committed by then, so the plan stands as applied. A new plan can undo it.'
        : 'The agent rolls back. If it had committed by then, the plan counts as applied.'}
    </Note>
  );
}

function Progress({ done, total }: { done: number; total: number }) {
  return (
    <div className="flex items-center gap-3 text-sm">
      <progress
        aria-label="Statements that ran"
        className="accent-accent h-2 flex-1"
        value={done}
        max={Math.max(total, 1)}
      />
      <span className="text-ink-2 tabular-nums">
        {total === 0 ? 'beginning' : `${done} of ${count(total, 'statement')}`}
      </span>
    </div>
  );
}

function Facts({ plan }: { plan: Plan }) {
  const server = plan.content?.server;
  return (
    <section aria-label="About this plan" className="border-line bg-surface rounded-lg border p-4">
      <dl className="grid grid-cols-[6.5rem_1fr] gap-x-3 gap-y-2 text-sm [&_dt]:text-ink-3 [&_dd]:min-w-0 [&_dd]:break-words">
        <dt>Asked for</dt>
        <dd>
          {plan.requestedLabel}, <Ago at={plan.createdAt} /> ({CAUSES[plan.cause]})
        </dd>
        <dt>Mode</dt>
        <dd>{MODES.find(({ value }) => value === plan.mode)?.label}</dd>
        {server ? (
          <>
            <dt>Database</dt>
            <dd>
              {server.database} on PostgreSQL {server.version}
              {server.provider ? `, ${server.provider}` : ''}
            </dd>
          </>
        ) : null}
        {plan.approvedLabel ? (
          <>
            <dt>Approved</dt>
            <dd>
              {plan.approvedLabel}, <Ago at={plan.approvedAt} />
            </dd>
          </>
        ) : null}
        {plan.closedLabel ? (
          <>
            <dt>Closed</dt>
            <dd>
              {plan.closedLabel}, <Ago at={plan.finishedAt} />
            </dd>
          </>
        ) : null}
        {isOver(plan.state) ? (
          <>
            <dt>Ended</dt>
            <dd>
              <Ago at={plan.finishedAt} />
            </dd>
          </>
        ) : (
          <>
            <dt>Expires</dt>
            <dd>
              <Ago at={plan.expiresAt} />
            </dd>
          </>
        )}
        {plan.effectsDigest ? (
          <>
            <dt>Digest</dt>
            <dd className="font-mono text-xs" title={plan.effectsDigest}>
              {plan.effectsDigest.slice(0, 16)}…
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}
