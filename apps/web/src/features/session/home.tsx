'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button';
import { ErrorState } from '../../ui/states';
import { NewOrgDialog } from '../shell/new-org';
import { AuthCard } from './auth-card';
import { useSignOut } from './use-sign-out';
import { maySeeAll, useViewer } from './use-viewer';

/** `/` only decides where to: the organisation last used, the first one, or sign-in. */
export function Home() {
  const router = useRouter();
  const viewer = useViewer();
  const signOut = useSignOut();
  const [creating, setCreating] = useState(false);
  useEffect(() => {
    if (viewer.data === undefined) return;
    if (viewer.data === null) return router.replace('/sign-in');
    const last = lastOrg();
    const { memberships } = viewer.data;
    const to = memberships.find((m) => m.org.slug === last) ?? memberships[0];
    if (to) router.replace(`/${to.org.slug}/${maySeeAll(to.role) ? 'rules' : 'connections'}`);
  }, [viewer.data, router]);

  if (viewer.error) return <ErrorState error={viewer.error} onRetry={() => viewer.refetch()} />;
  if (viewer.data && viewer.data.memberships.length === 0) {
    return (
      <AuthCard title="You belong to no organisation" lead={`Signed in as ${viewer.data.user.email}.`}>
        <p className="text-ink-2 mb-4 text-sm">
          Open the invite that somebody sent you, or start an organisation.
        </p>
        <div className="flex flex-wrap gap-2">
          <Button look="primary" onClick={() => setCreating(true)}>
            Create an organisation
          </Button>
          <Button onClick={() => signOut.mutate()}>Sign out</Button>
        </div>
        <NewOrgDialog open={creating} onClose={() => setCreating(false)} />
      </AuthCard>
    );
  }
  return <p className="sr-only">Loading</p>;
}

const LAST_ORG = 'postern.org';

function lastOrg(): string | null {
  try {
    return localStorage.getItem(LAST_ORG);
  } catch {
    return null;
  }
}

export function rememberOrg(slug: string): void {
  try {
    localStorage.setItem(LAST_ORG, slug);
  } catch {
    // Without storage the first organisation opens next time.
  }
}
