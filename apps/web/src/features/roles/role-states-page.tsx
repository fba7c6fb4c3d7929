'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { RoleStatesFilter, RoleStatesQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { SelectField, TextField } from '../../ui/field';
import { count } from '../../ui/format';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { Status, Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { useDebounced } from '../../ui/use-debounced';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { FailedWork } from './failed-work';
import { RoleStateLabel } from './role-status';
import { roleStatesDocument } from './roles.queries';
import { PLAN_STATES } from './states';

type Row = RoleStatesQuery['roleStates']['edges'][number]['node'];

const PAGE = 50;
const FILTERS: readonly { value: RoleStatesFilter; label: string }[] = [
  { value: 'DRIFTED', label: 'Drifted' },
  { value: 'UNKNOWN', label: 'Unknown' },
  { value: 'CONVERGED', label: 'Converged' },
  { value: 'PLAN_PENDING', label: 'A plan waits for approval' },
  { value: 'AGENT_AWAY', label: 'No agent connected' },
  { value: 'UNMANAGED', label: 'Not managed' },
];

function columns(org: string): Column<Row>[] {
  return [
    {
      key: 'connection',
      header: 'Connection',
      className: 'min-w-44',
      cell: (row) => (
        <span className="flex flex-col leading-tight">
          <span className="font-medium">{row.name}</span>
          <span className="text-ink-3 font-mono text-xs">{row.slug}</span>
        </span>
      ),
    },
    { key: 'environment', header: 'Environment', cell: (row) => <Tag>{row.environmentName}</Tag> },
    { key: 'state', header: 'Roles', className: 'min-w-40', cell: (row) => <State row={row} /> },
    {
      key: 'plan',
      header: 'Plan',
      className: 'min-w-32',
      cell: (row) => <LivePlan row={row} org={org} />,
    },
    {
      key: 'manifest',
      header: 'Manifest',
      className: 'hidden lg:table-cell text-ink-2 whitespace-nowrap',
      cell: (row) => (row.manifestVersion == null ? null : `version ${row.manifestVersion}`),
    },
    {
      key: 'checked',
      header: 'Last look',
      className: 'text-ink-2 whitespace-nowrap',
      cell: (row) => (row.manifestVersion == null ? null : <Ago at={row.checkedAt} />),
    },
    {
      key: 'agent',
      header: 'Agent',
      className: 'whitespace-nowrap',
      cell: (row) => (
        <Status health={row.hasAgent ? 'good' : row.manifestVersion == null ? 'off' : 'bad'}>
          {row.hasAgent ? 'connected' : 'away'}
        </Status>
      ),
    },
  ];
}

function State({ row }: { row: Row }) {
  if (row.manifestVersion == null) return <span className="text-ink-3">Not managed</span>;
  return (
    <span className="flex flex-col leading-tight">
      <RoleStateLabel state={row.state} />
      {row.state === 'DRIFTED' && row.driftCount ? (
        <span className="text-ink-3 text-xs">
          {count(row.driftCount, 'change')} since <Ago at={row.driftSince} />
          {row.isDriftIgnored ? ', ignored' : ''}
        </span>
      ) : row.state === 'UNKNOWN' && row.reason ? (
        <span className="text-ink-3 block max-w-72 truncate text-xs" title={row.reason}>
          {row.reason}
        </span>
      ) : null}
    </span>
  );
}

function LivePlan({ row, org }: { row: Row; org: string }) {
  if (!row.planId || !row.planState) return <span className="text-ink-3">none</span>;
  return (
    <Link
      href={`/${org}/connections/${encodeURIComponent(row.slug)}/roles/plans/${row.planId}`}
      className="text-accent hover:underline"
    >
      {PLAN_STATES[row.planState].label}
    </Link>
  );
}

/** How the native roles of all connections are, and what failed. */
export function RoleStatesPage() {
  const { orgId, slug, canSeeAll } = useOrg();
  const router = useRouter();
  const [params, change] = useUrlState();
  const filter = FILTERS.find(({ value }) => value === params.get('show'))?.value ?? null;
  const search = params.get('q') ?? '';
  const asked = useDebounced(search, 250);
  const states = useInfiniteQuery({
    queryKey: ['roles', orgId, 'states', filter, asked],
    queryFn: async ({ pageParam }) =>
      (await request(roleStatesDocument, { orgId, filter, search: asked, first: PAGE, after: pageParam }))
        .roleStates,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    refetchInterval: 15_000,
    enabled: canSeeAll,
  });
  const rows = states.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node));
  const isNarrowed = filter !== null || asked !== '';
  if (!canSeeAll)
    return (
      <Page title="Database roles">
        <Well>
          <EmptyState icon="info" title="Your role does not open this page">
            Owners, admins and auditors see how the roles of databases are managed.
          </EmptyState>
        </Well>
      </Page>
    );
  return (
    <Page
      title="Database roles"
      lead="What the databases themselves allow: whether each is as its manifest says, and what waits for you."
    >
      <div className="flex flex-wrap items-end gap-3">
        <TextField
          label="Find a connection"
          type="search"
          value={search}
          onChange={(event) => change({ q: event.target.value || null })}
        />
        <SelectField
          label="Show"
          value={filter ?? ''}
          onChange={(event) => change({ show: event.target.value || null })}
        >
          <option value="">All connections</option>
          {FILTERS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
      <FailedWork />
      {states.error && !rows ? (
        <Well>
          <ErrorState error={states.error} onRetry={() => states.refetch()} />
        </Well>
      ) : rows?.length === 0 ? (
        <Well>
          {isNarrowed ? (
            <EmptyState icon="connections" title="No connection is like that">
              Show all connections, or look for another name.
            </EmptyState>
          ) : (
            <EmptyState icon="connections" title="No connections yet">
              Once there is one, its database’s roles can be written down in a manifest and kept so.
            </EmptyState>
          )}
        </Well>
      ) : (
        <DataTable
          label="Roles of connections"
          columns={columns(slug)}
          rows={rows}
          rowId={(row) => row.connectionId}
          onOpen={(row) => router.push(`/${slug}/connections/${encodeURIComponent(row.slug)}/roles`)}
          footer={
            states.hasNextPage ? (
              <Button look="ghost" busy={states.isFetchingNextPage} onClick={() => states.fetchNextPage()}>
                Show more
              </Button>
            ) : rows ? (
              count(rows.length, 'connection')
            ) : undefined
          }
        />
      )}
    </Page>
  );
}
