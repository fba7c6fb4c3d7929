'use client';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { IconButton } from '../../ui/button';
import { Panel } from '../../ui/dialog';
import { Icon } from '../../ui/icons';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states';
import { PublicationStatus } from '../publication/publication-status';
import { rememberOrg } from '../session/home';
import { signInPath } from '../session/next-path';
import { ROLE_LABEL, useViewer } from '../session/use-viewer';
import { KeySheet } from './key-sheet';
import { OrgProvider, useOrg } from './org-context';
import { visiblePages } from './pages';
import { Sidebar } from './sidebar';
import { useKeys } from './use-keys';

/** Everything of an organisation is inside this: who is signed in, which organisation, navigation, keys. */
export function OrgShell({ slug, children }: { slug: string; children: ReactNode }) {
  const viewer = useViewer();
  const router = useRouter();
  const path = usePathname();
  const signedOut = viewer.data === null;
  const membership = viewer.data?.memberships.find((each) => each.org.slug === slug);
  useEffect(() => {
    if (signedOut) router.replace(signInPath(`${path}${window.location.search}`));
  }, [signedOut, router, path]);
  useEffect(() => {
    if (membership) rememberOrg(slug);
  }, [membership, slug]);

  if (viewer.error && !viewer.data)
    return <ErrorState error={viewer.error} onRetry={() => viewer.refetch()} />;
  if (!viewer.data) return <ShellSkeleton />;
  if (!membership) {
    return (
      <EmptyState
        icon="info"
        title="No such organisation"
        action={
          <a href="/" className="text-accent text-sm font-medium hover:underline">
            Go to your organisation
          </a>
        }
      >
        It does not exist, or {viewer.data.user.email} does not belong to it.
      </EmptyState>
    );
  }
  return (
    <OrgProvider viewer={viewer.data} membership={membership}>
      <Frame>{children}</Frame>
    </OrgProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const { slug, name, canSeeAll } = useOrg();
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const pages = useMemo(() => visiblePages(canSeeAll), [canSeeAll]);
  const path = usePathname();
  // The api refuses it as well; this spares a page of failing requests and dead buttons.
  const open = pages.some((page) => path.startsWith(`/${slug}/${page.path}`)) || path === `/${slug}`;
  const onHelp = useCallback(() => setHelp(true), []);
  useKeys({ base: `/${slug}`, pages, onHelp });
  return (
    <div className="side:grid side:grid-cols-[13.5rem_minmax(0,1fr)] min-h-dvh">
      <a
        href="#content"
        className="bg-raised sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded focus:p-2"
      >
        Skip to content
      </a>
      <aside className="side:block bg-surface border-line sticky top-0 hidden h-dvh border-r">
        <Sidebar pages={pages} onHelp={onHelp} />
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="border-line bg-surface/90 sticky top-0 z-30 flex h-11 items-center gap-2 border-b px-3 backdrop-blur sm:px-6">
          <IconButton label="Menu" className="side:hidden" onClick={() => setMenu(true)}>
            <Icon name="menu" />
          </IconButton>
          <span className="side:hidden max-w-28 shrink-0 truncate text-sm font-semibold">{name}</span>
          <div className="ml-auto min-w-0">{canSeeAll ? <PublicationStatus /> : null}</div>
        </header>
        <main id="content" className="flex-1">
          {open ? children : <Closed />}
        </main>
      </div>
      <Panel open={menu} onClose={() => setMenu(false)} title="Menu">
        <Sidebar pages={pages} onHelp={onHelp} onGo={() => setMenu(false)} />
      </Panel>
      <KeySheet open={help} onClose={() => setHelp(false)} pages={pages} />
    </div>
  );
}

function Closed() {
  const { role, name } = useOrg();
  return (
    <EmptyState icon="info" title="Your role does not open this page">
      You are {ROLE_LABEL[role].toLowerCase()} of {name}. An owner can give you another role.
    </EmptyState>
  );
}

function ShellSkeleton() {
  return (
    <div className="side:grid side:grid-cols-[13.5rem_minmax(0,1fr)] min-h-dvh" aria-busy="true">
      <div className="side:flex bg-surface border-line hidden flex-col gap-4 border-r p-4">
        {['w-28', 'w-20', 'w-24', 'w-20', 'w-16'].map((width, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: fixed decoration
          <Skeleton key={index} className={width} />
        ))}
      </div>
      <div className="p-8">
        <Skeleton className="mb-6 h-5 w-40" />
        <Skeleton className="h-64 w-full" />
      </div>
    </div>
  );
}
