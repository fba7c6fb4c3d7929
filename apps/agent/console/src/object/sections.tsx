import type { ObjectDetails } from '@postern/agent/console-catalog';
import { PermissionBadges } from '../connections/permission-badge';
import { count } from '../results/format';
import { Notice } from '../ui/notice';
import { bytes, Code, FactTable } from './table';

const yes = (value: boolean) => (value ? 'yes' : '');

type Column = ObjectDetails['columns'][number];

function defaultOf({ default: value, identity, isGenerated }: Column) {
  if (identity !== null) return `identity, ${identity}`;
  if (value === null) return null;
  return <Code>{isGenerated ? `generated: ${value}` : value}</Code>;
}

export function Columns({ details }: { details: ObjectDetails }) {
  const hasComments = details.columns.some(({ comment }) => comment !== null);
  return (
    <FactTable
      label="Columns"
      none="It has no columns."
      rows={details.columns}
      keyOf={({ name }) => name}
      columns={[
        {
          name: 'Column',
          cell: ({ name, isPrimary }) => (
            <span className="flex items-center gap-1.5">
              <Code>{name}</Code>
              {isPrimary && <span className="rounded bg-accent-soft px-1 text-[10px] text-accent">key</span>}
            </span>
          ),
        },
        { name: 'Type', cell: ({ type }) => <Code>{type}</Code> },
        {
          name: 'Null',
          cell: ({ isRequired }) => (isRequired ? 'not null' : <span className="text-faint">null</span>),
        },
        ...(details.isLimited ? [] : [{ name: 'Default', cell: defaultOf }]),
        ...(hasComments ? [{ name: 'Comment', cell: ({ comment }: Column) => comment }] : []),
      ]}
    />
  );
}

export function Indexes({ details }: { details: ObjectDetails }) {
  return (
    <FactTable
      label="Indexes"
      none="It has no indexes."
      rows={details.indexes}
      keyOf={({ oid }) => String(oid)}
      columns={[
        { name: 'Index', cell: ({ name }) => <Code>{name}</Code> },
        { name: 'Definition', cell: ({ definition }) => <Code>{definition.replace(/^.* USING /, '')}</Code> },
        {
          name: 'Kind',
          cell: ({ isPrimary, isUnique, isValid }) =>
            [isPrimary ? 'primary key' : isUnique ? 'unique' : '', isValid ? '' : 'invalid']
              .filter(Boolean)
              .join(', '),
        },
        { name: 'Size', isNumber: true, cell: ({ bytes: size }) => bytes(size) },
        { name: 'Scans', isNumber: true, cell: ({ scans }) => (scans === null ? '–' : count(scans)) },
      ]}
    />
  );
}

export function Constraints({ details }: { details: ObjectDetails }) {
  return (
    <FactTable
      label="Constraints"
      none="It has no constraints."
      rows={details.constraints}
      keyOf={({ name }) => name}
      columns={[
        { name: 'Constraint', cell: ({ name }) => <Code>{name}</Code> },
        { name: 'Kind', cell: ({ kind, isValid }) => (isValid ? kind : `${kind}, not validated`) },
        { name: 'Definition', cell: ({ definition }) => <Code>{definition}</Code> },
      ]}
    />
  );
}

export function Triggers({ details }: { details: ObjectDetails }) {
  return (
    <FactTable
      label="Triggers"
      none="It has no triggers."
      rows={details.triggers}
      keyOf={({ oid }) => String(oid)}
      columns={[
        { name: 'Trigger', cell: ({ name }) => <Code>{name}</Code> },
        { name: 'State', cell: ({ isEnabled }) => (isEnabled ? 'enabled' : 'disabled') },
        { name: 'Definition', cell: ({ definition }) => <Code>{definition}</Code> },
      ]}
    />
  );
}

export function Policies({ details }: { details: ObjectDetails }) {
  const { rowSecurity } = details;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted">
        {rowSecurity?.isEnabled === true
          ? `Row level security is on${rowSecurity.isForced ? ', for the owner too' : ', but not for the owner'}.`
          : 'Row level security is off: policies do nothing.'}
      </p>
      <FactTable
        label="Policies"
        none="It has no policies."
        rows={details.policies}
        keyOf={({ oid }) => String(oid)}
        columns={[
          { name: 'Policy', cell: ({ name }) => <Code>{name}</Code> },
          { name: 'For', cell: ({ command }) => command },
          { name: 'Roles', cell: ({ roles }) => roles.join(', ') },
          { name: 'Kind', cell: ({ isPermissive }) => (isPermissive ? 'permissive' : 'restrictive') },
          { name: 'Using', cell: ({ using }) => using !== null && <Code>{using}</Code> },
          { name: 'Check', cell: ({ check }) => check !== null && <Code>{check}</Code> },
        ]}
      />
    </div>
  );
}

export function Access({ details, isAdmin }: { details: ObjectDetails; isAdmin: boolean }) {
  return (
    <div className="flex flex-col gap-5">
      <section className="flex flex-col gap-2">
        <h3 className="font-semibold">Through Postern, on this connection</h3>
        {isAdmin ? (
          <FactTable
            label="People"
            none="Nobody has a permission."
            rows={details.access}
            keyOf={({ email }) => email}
            columns={[
              { name: 'Person', cell: ({ name }) => name },
              { name: 'E-mail', cell: ({ email }) => email },
              { name: 'May', cell: ({ permissions }) => <PermissionBadges permissions={permissions} /> },
            ]}
          />
        ) : (
          <p className="text-muted">
            Who else may work here is shown to people with `admin` on this connection.
          </p>
        )}
      </section>
      <section className="flex flex-col gap-2">
        <h3 className="font-semibold">Granted in the database</h3>
        <FactTable
          label="Grants"
          none="Nothing is granted."
          rows={details.grants}
          keyOf={({ role }) => role}
          columns={[
            { name: 'Role', cell: ({ role }) => <Code>{role}</Code> },
            { name: 'Privileges', cell: ({ privileges }) => privileges.join(', ') },
            { name: 'May grant on', cell: ({ mayGrant }) => yes(mayGrant) },
          ]}
        />
      </section>
    </div>
  );
}

export function Limited() {
  return (
    <Notice icon="lock" title="Names and columns only">
      <p className="text-muted">
        How it is defined and used is shown to people who may read, change definitions or administer this
        connection.
      </p>
    </Notice>
  );
}
