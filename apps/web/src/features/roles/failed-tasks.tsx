'use client';
import { useQuery } from '@tanstack/react-query';
import { sentence } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Words } from '../../ui/field';
import { count } from '../../ui/format';
import { FormError } from '../../ui/states';
import { Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { failedRoleTasksDocument, requestRolePlanDocument, scanForDriftDocument } from './roles.queries';
import { useRolesMutation } from './use-roles';

const KINDS: Readonly<Record<string, string>> = {
  'roles.plan': 'Making a plan',
  'roles.scan': 'Looking for drift',
  'roles.apply': 'Applying a plan',
  'roles.generate': 'Generating a manifest',
};
const CLASSES: Readonly<Record<string, string>> = {
  transient: 'passing trouble',
  lock: 'somebody held a lock',
  permission: 'may not do it',
  missing: 'something is not there',
  manifest: 'the manifest',
  different: 'found something else',
  refused: 'the agent refuses',
  other: 'something else',
};

/** What agents gave up about and nobody has succeeded with since; nothing where there is none. */
export function FailedTasks({ connectionId }: { connectionId: string }) {
  const { orgId, canManage } = useOrg();
  const failed = useQuery({
    queryKey: ['roles', orgId, connectionId, 'failed'],
    queryFn: async () =>
      (await request(failedRoleTasksDocument, { orgId, connectionId })).failedRoleTasks.edges,
    refetchInterval: 15_000,
  });
  const again = useRolesMutation(
    (kind: string, org): Promise<unknown> =>
      kind === 'roles.scan'
        ? request(scanForDriftDocument, { orgId: org, connectionId })
        : request(requestRolePlanDocument, { orgId: org, connectionId }),
    () => notify('An agent will try again'),
  );
  if (!failed.data || failed.data.length === 0) return null;
  return (
    <section aria-labelledby="failed" className="border-bad/30 bg-surface rounded-lg border">
      <h2 id="failed" className="border-line border-b px-4 py-2.5 text-sm font-semibold">
        Given up
      </h2>
      {again.error ? <FormError error={again.error} /> : null}
      <ul className="divide-line divide-y">
        {failed.data.map(({ node }) => (
          <li key={node.id} className="flex flex-wrap items-start gap-3 px-4 py-2.5 text-sm">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-2">
                <span className="font-medium">{KINDS[node.kind] ?? node.kind}</span>
                <Tag>{CLASSES[node.failureClass] ?? node.failureClass}</Tag>
                <span className="text-ink-3 text-xs">
                  <Ago at={node.failedAt} />, tried {count(node.attempts, 'time')}
                </span>
              </p>
              <p className="text-ink-2 mt-0.5">
                <Words text={sentence(node.message)} /> <Words text={sentence(node.fix)} />
              </p>
              {node.facts.length > 0 ? (
                <ul className="text-ink-2 mt-1 font-mono text-xs">
                  {node.facts.slice(0, 5).map((fact) => (
                    <li key={fact}>{fact}</li>
                  ))}
                </ul>
              ) : null}
            </div>
            {canManage && node.kind !== 'roles.generate' ? (
              <Button
                busy={again.isPending && again.variables === node.kind}
                onClick={() => again.mutate(node.kind)}
              >
                Try again
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
