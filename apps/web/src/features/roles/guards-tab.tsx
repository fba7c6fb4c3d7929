'use client';
import Link from 'next/link';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { PermissionBadges } from '../../ui/permission-badge';
import { FormError, Note } from '../../ui/states';
import { Status } from '../../ui/status-dot';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { requestRolePlanDocument, updateRoleSettingsDocument } from './roles.queries';
import type { TabProps } from './tabs';
import { type Roles, useRolesMutation } from './use-roles';

type Guards = Roles['guards'];
type Role = Guards['roles'][number];

/** What the IAM rules come to as native roles: one switch, and a plan to approve. */
export function GuardsTab({ connection, roles }: TabProps) {
  const { canManage } = useOrg();
  const { guards } = roles;
  return (
    <div className="flex flex-col gap-4">
      <section aria-label="Guard roles" className="border-line bg-surface rounded-lg border p-4">
        <div className="flex flex-wrap items-start gap-3">
          <div className="flex max-w-prose flex-1 basis-96 flex-col gap-2 text-sm">
            <State guards={guards} />
            <p className="text-ink-2">
              The agent checks every statement before the database sees it. With guard roles the database
              checks too: a session logs in as a role that may do no more than the rules allow, and people
              cannot leave it. What one allows and the other refuses is told in the audit trail.
            </p>
          </div>
          {canManage ? <Switch connectionId={connection.id} guards={guards} /> : null}
        </div>
      </section>
      <ToDo connection={connection} roles={roles} />
      <Limits guards={guards} />
      <DataTable
        label="Guard roles that the rules take"
        columns={columns(guards)}
        rows={guards.roles}
        rowId={({ name }) => name}
        footer={
          guards.roles.length === 0
            ? 'Nobody has a permission here that takes one. Rules decide who does.'
            : 'One login for all people whose permissions come to the same grants. explain and export are the agent’s alone: PostgreSQL cannot grant them.'
        }
      />
    </div>
  );
}

function State({ guards }: { guards: Guards }) {
  if (guards.isInForce) return <Status health="good">In force: sessions log in as guard roles</Status>;
  if (guards.isWanted) return <Status health="warn">Wanted: in force once their plan is applied</Status>;
  return <Status health="off">Off: sessions use the agent’s own login</Status>;
}

function Switch({ connectionId, guards: { isWanted, roles } }: { connectionId: string; guards: Guards }) {
  const [asking, setAsking] = useState(false);
  const turn = useRolesMutation(
    (guardRoles: boolean, orgId) =>
      request(updateRoleSettingsDocument, { orgId, connectionId, input: { guardRoles } }),
    () => {
      setAsking(false);
      notify(isWanted ? 'Guard roles are off' : 'A plan that makes the guard roles is on its way');
    },
  );
  return (
    <>
      <Button className="ml-auto" look={isWanted ? 'secondary' : 'primary'} onClick={() => setAsking(true)}>
        {isWanted ? 'Switch off' : 'Switch on'}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={isWanted ? 'Switch guard roles off?' : 'Switch guard roles on?'}
        confirm={isWanted ? 'Switch off' : 'Switch on and plan'}
        onConfirm={() => turn.mutate(!isWanted)}
        busy={turn.isPending}
        error={turn.error}
      >
        {isWanted ? (
          <p>
            Sessions use the agent’s own login again at once; open ones end. A plan that takes the roles out
            of the database waits for approval. What they own goes to the agent’s own login.
          </p>
        ) : (
          <>
            <p>
              A plan makes {count(roles.length, 'login')} and the grants behind{' '}
              {roles.length === 1 ? 'it' : 'them'}. Nothing changes for anybody until it was approved and
              applied; then open sessions end and begin anew.
            </p>
            <p>
              From then on nobody gets in without the role of their permissions: a rule that takes another one
              needs another plan first.
            </p>
          </>
        )}
      </Confirm>
    </>
  );
}

/** What stands between the rules and the database. */
function ToDo({ connection, roles: { guards, livePlan } }: Pick<TabProps, 'connection' | 'roles'>) {
  const { slug, canManage } = useOrg();
  const connectionId = connection.id;
  const plan = useRolesMutation(
    (_: undefined, orgId) => request(requestRolePlanDocument, { orgId, connectionId }),
    () => notify('A plan is on its way'),
  );
  const missing = guards.isWanted ? guards.roles.filter(({ isThere }) => !isThere) : [];
  const kept = guards.isWanted ? guards.unneeded : namesThere(guards);
  if (missing.length + kept.length === 0) return null;
  if (livePlan)
    return (
      <Note
        tone="warn"
        title="A plan waits"
        action={
          <Link
            className="text-accent hover:underline"
            href={`/${slug}/connections/${encodeURIComponent(connection.slug)}/roles/plans/${livePlan.id}`}
          >
            Look at the plan
          </Link>
        }
      >
        {guards.isInForce && missing.length > 0
          ? `Until it is applied ${peopleOf(missing)} cannot get in: their role is not in the database.`
          : 'It makes the database as the rules say.'}
      </Note>
    );
  const people = peopleOf(missing);
  return (
    <>
      <Note
        tone={guards.isInForce && missing.length > 0 ? 'bad' : 'warn'}
        title={
          missing.length > 0 ? `${people} cannot get in` : `${count(kept.length, 'role')} not needed any more`
        }
        action={
          canManage ? (
            <Button look="primary" busy={plan.isPending} onClick={() => plan.mutate(undefined)}>
              Make the plan
            </Button>
          ) : null
        }
      >
        {missing.length > 0
          ? 'The rules changed, and the database has no role for what they may do now. A plan makes it.'
          : `No rule takes ${kept.join(', ')}; a plan lets go of what is left.`}
      </Note>
      {plan.error ? <FormError error={plan.error} /> : null}
    </>
  );
}

const namesThere = ({ roles, unneeded }: Guards): string[] => [
  ...roles.filter(({ isThere }) => isThere).map(({ name }) => name),
  ...unneeded,
];

function peopleOf(roles: readonly Role[]): string {
  const people = roles.reduce((sum, role) => sum + role.people, 0);
  return people === 1 ? '1 person' : `${people} people`;
}

/** Where this wall does not stand. */
function Limits({ guards: { ownLogin, olderAgents } }: { guards: Guards }) {
  return (
    <>
      {olderAgents.length > 0 ? (
        <Note tone="warn" title={`${count(olderAgents.length, 'agent')} too old for guard roles`}>
          Sessions at {olderAgents.join(', ')} use the agent’s own login until it is updated.
        </Note>
      ) : null}
      {ownLogin > 0 ? (
        <Note>
          {ownLogin === 1 ? '1 person with admin uses' : `${ownLogin} people with admin use`} the agent’s own
          login: admin changes who may do what, so no role would keep them from anything.
        </Note>
      ) : null}
    </>
  );
}

const columns = ({ isWanted }: Guards): Column<Role>[] => [
  {
    key: 'name',
    header: 'Role',
    className: 'min-w-56',
    cell: ({ name }) => <span className="font-mono text-xs">{name}</span>,
  },
  {
    key: 'permissions',
    header: 'May',
    cell: ({ permissions }) => <PermissionBadges permissions={permissions} none="nothing but log in" />,
  },
  { key: 'people', header: 'People', cell: ({ people }) => people },
  {
    key: 'state',
    header: 'Database',
    className: 'min-w-40',
    cell: ({ isThere }) =>
      isThere ? (
        <Status health="good">there</Status>
      ) : (
        <Status health={isWanted ? 'warn' : 'off'}>{isWanted ? 'waits for a plan' : 'would be made'}</Status>
      ),
  },
];
