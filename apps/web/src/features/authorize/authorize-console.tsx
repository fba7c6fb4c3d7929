'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { graphql } from '../../gql';
import { ApiError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { ErrorState, FormError, Skeleton } from '../../ui/states';
import { AuthCard, linkClass } from '../session/auth-card';
import { signInPath } from '../session/next-path';
import { useSignOut } from '../session/use-sign-out';
import { useViewer } from '../session/use-viewer';
import { type ConsoleRequest, readConsoleRequest, returnsTo } from './console-request';

const authorizeDocument = graphql(`
  mutation AuthorizeConsole($agentId: ID!, $redirectUri: String!, $codeChallenge: String!, $state: String!) {
    authorizeConsole(agentId: $agentId, redirectUri: $redirectUri, codeChallenge: $codeChallenge, state: $state)
  }
`);

export function AuthorizeConsole({ query }: { query: string }) {
  const router = useRouter();
  const viewer = useViewer();
  const asked = readConsoleRequest(query);
  const signedOut = viewer.data === null;
  useEffect(() => {
    if (signedOut) router.replace(signInPath(`/authorize?${query}`));
  }, [signedOut, router, query]);

  if (!asked) {
    return (
      <AuthCard title="This sign-in link is incomplete" lead="Part of the address is missing or malformed.">
        <p className="text-ink-2 text-sm">Open the SQL console again and start signing in from there.</p>
      </AuthCard>
    );
  }
  if (viewer.error) return <ErrorState error={viewer.error} onRetry={() => viewer.refetch()} />;
  if (!viewer.data) {
    return (
      <AuthCard title="SQL console">
        <Skeleton className="w-52" />
      </AuthCard>
    );
  }
  return <Consent asked={asked} email={viewer.data.user.email} />;
}

function Consent({ asked, email }: { asked: ConsoleRequest; email: string }) {
  const signOut = useSignOut();
  const authorize = useMutation({
    mutationFn: async () => {
      const { authorizeConsole: to } = await request(authorizeDocument, asked);
      if (!returnsTo(to, asked.redirectUri)) {
        throw new ApiError(
          'auth.redirect_not_allowed',
          'the answer leads to another address than the one that asked',
        );
      }
      window.location.assign(to);
    },
  });
  const host = new URL(asked.redirectUri).host;
  return (
    <AuthCard
      title="Sign in to the SQL console"
      lead={
        <>
          The console at <strong className="text-ink font-medium">{host}</strong> asks who you are. It learns
          your name and e-mail address, nothing else.
        </>
      }
      footer={
        <>
          Not {email}?{' '}
          <button type="button" className={linkClass} onClick={() => signOut.mutate()}>
            Use another account
          </button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {authorize.error ? <FormError error={authorize.error} /> : null}
        <Button
          look="primary"
          autoFocus
          className="h-auto! min-h-9 py-2 whitespace-normal!"
          busy={authorize.isPending || authorize.isSuccess}
          onClick={() => authorize.mutate()}
        >
          Continue to the SQL console of {host} as {email}
        </Button>
        <p className="text-ink-3 text-xs">Continue only when you opened that console yourself.</p>
      </div>
    </AuthCard>
  );
}
