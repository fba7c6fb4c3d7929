'use client';
import Link from 'next/link';
import { cx } from '../../ui/cx';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states';
import { useUrlState } from '../../ui/use-url-state';
import { type Connection, useConnections } from '../connections/use-connections';
import { useOrg } from '../shell/org-context';
import { AdoptTab } from './adopt-tab';
import { GraphTab } from './graph-tab';
import { GuardsTab } from './guards-tab';
import { HistoryTab } from './history-tab';
import { ManifestTab } from './manifest-tab';
import { OverviewTab } from './overview-tab';
import { SettingsTab } from './settings-tab';
import { TABS, type Tab, type TabProps } from './tabs';
import { useRoles } from './use-roles';

/** Everything about the native roles of one connection. */
export function RolesPage({ slug }: { slug: string }) {
  const { orgId, slug: org, canSeeAll } = useOrg();
  const connections = useConnections(orgId);
  const connection = connections.data?.find((each) => each.slug === slug);
  if (!canSeeAll)
    return (
      <Frame org={org} title="Roles">
        <EmptyState icon="info" title="Your role does not open this page">
          Owners, admins and auditors see how the roles of a database are managed.
        </EmptyState>
      </Frame>
    );
  if (connections.error && !connections.data)
    return (
      <Frame org={org} title="Roles">
        <ErrorState error={connections.error} onRetry={() => connections.refetch()} />
      </Frame>
    );
  if (connections.data && !connection)
    return (
      <Frame org={org} title="Roles">
        <EmptyState icon="connections" title="No such connection">
          It does not exist, or was deleted.
        </EmptyState>
      </Frame>
    );
  return connection ? (
    <ConnectionRoles connection={connection} />
  ) : (
    <Frame org={org} title="Roles">
      <Skeleton className="m-6 h-40" />
    </Frame>
  );
}

function Frame({ org, title, children }: { org: string; title: string; children: React.ReactNode }) {
  return (
    <Page title={title} lead={<BackTo org={org} />}>
      <Well>{children}</Well>
    </Page>
  );
}

const BackTo = ({ org }: { org: string }) => (
  <Link href={`/${org}/connections`} className="text-accent hover:underline">
    All connections
  </Link>
);

function ConnectionRoles({ connection }: { connection: Connection }) {
  const { slug } = useOrg();
  const [params, change] = useUrlState();
  const roles = useRoles(connection.id);
  const tab = TABS.find(({ key }) => key === params.get('tab'))?.key ?? 'overview';
  const go = (next: Tab) => change({ tab: next === 'overview' ? null : next, version: null });
  return (
    <Page
      title={`Roles of ${connection.name}`}
      lead={
        <>
          What the database itself allows: roles, grants and memberships, written down in a manifest and kept
          so.{' '}
          <Link
            href={`/${slug}/connections?connection=${encodeURIComponent(connection.slug)}`}
            className="text-accent underline"
          >
            {connection.slug}
          </Link>{' '}
          in {connection.environment.name}.
        </>
      }
    >
      <Tabs tab={tab} go={go} />
      {roles.error && !roles.data ? (
        <Well>
          <ErrorState error={roles.error} onRetry={() => roles.refetch()} />
        </Well>
      ) : roles.data ? (
        <TabPanel tab={tab} connection={connection} roles={roles.data} go={go} />
      ) : (
        <Well>
          <Skeleton className="m-6 h-40" />
        </Well>
      )}
    </Page>
  );
}

function Tabs({ tab, go }: { tab: Tab; go: (tab: Tab) => void }) {
  return (
    <nav aria-label="About these roles" className="border-line -mt-1 flex gap-1 overflow-x-auto border-b">
      {TABS.map(({ key, label }) => (
        <button
          key={key}
          type="button"
          aria-current={key === tab ? 'page' : undefined}
          onClick={() => go(key)}
          className={cx(
            '-mb-px h-9 border-b-2 px-3 text-sm whitespace-nowrap',
            key === tab
              ? 'border-accent text-ink font-medium'
              : 'text-ink-2 hover:text-ink border-transparent',
          )}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

function TabPanel({ tab, ...props }: TabProps & { tab: Tab }) {
  const { canManage } = useOrg();
  if (tab === 'settings') return <SettingsTab {...props} />;
  if (tab === 'guards') return <GuardsTab {...props} />;
  if (!props.roles.manifest) {
    // The editor stays reachable: whoever has a manifest already needs no generated one.
    if (tab === 'manifest' && canManage) return <ManifestTab {...props} />;
    return <AdoptTab {...props} />;
  }
  switch (tab) {
    case 'overview':
      return <OverviewTab {...props} />;
    case 'manifest':
      return <ManifestTab {...props} />;
    case 'graph':
      return <GraphTab {...props} />;
    case 'history':
      return <HistoryTab {...props} />;
  }
}
