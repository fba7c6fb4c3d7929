'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import type { InvitePreviewQuery } from '../../gql/graphql';
import { asApiError, fieldError, sentence } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { FormError, Skeleton } from '../../ui/states';
import { AuthCard, linkClass } from './auth-card';
import { MIN_PASSWORD } from './min-password';
import { acceptInviteDocument, invitePreviewDocument } from './session.queries';
import { ROLE_LABEL, useViewer } from './use-viewer';

export function AcceptInvite({ token }: { token: string }) {
  const viewer = useViewer();
  const preview = useQuery({
    queryKey: ['invite', token],
    queryFn: async () => (await request(invitePreviewDocument, { token })).invitePreview,
    retry: false,
  });
  if (preview.error) {
    const error = asApiError(preview.error);
    return (
      <AuthCard title="This invite does not open" lead={sentence(error.message)}>
        <p className="text-ink-2 text-sm">
          Invites work once and expire. {sentence(error.fix ?? 'ask whoever invited you for a new link')}
        </p>
        <Link href="/sign-in" className={`${linkClass} mt-4 inline-block text-sm`}>
          Go to sign-in
        </Link>
      </AuthCard>
    );
  }
  if (!preview.data || viewer.isPending) {
    return (
      <AuthCard title="Invite">
        <Skeleton className="mb-3 w-52" />
        <Skeleton className="w-36" />
      </AuthCard>
    );
  }
  return <Join token={token} invite={preview.data} signedInAs={viewer.data?.user.email} />;
}

interface JoinProps {
  token: string;
  invite: InvitePreviewQuery['invitePreview'];
  signedInAs: string | undefined;
}

function Join({ token, invite, signedInAs }: JoinProps) {
  const router = useRouter();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const already = signedInAs?.toLowerCase() === invite.email.toLowerCase();
  const accept = useMutation({
    mutationFn: () =>
      request(acceptInviteDocument, {
        token,
        name: already || invite.hasAccount ? null : name,
        password: already ? null : password,
      }),
    onSuccess: () => {
      queries.clear();
      router.replace('/');
    },
  });
  const error = accept.error ? asApiError(accept.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  return (
    <AuthCard
      title={`Join ${invite.orgName}`}
      lead={
        <>
          Invited as <strong className="text-ink font-medium">{invite.email}</strong>, role{' '}
          {ROLE_LABEL[invite.role].toLowerCase()}.
          {signedInAs && !already
            ? ` You are signed in as ${signedInAs}; joining switches to the invited account.`
            : ''}
        </>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {already || invite.hasAccount ? null : (
          <TextField
            label="Your name"
            autoComplete="name"
            required
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={fieldError(error, 'name')}
          />
        )}
        {already ? null : (
          <TextField
            label="Password"
            type="password"
            required
            minLength={invite.hasAccount ? undefined : MIN_PASSWORD}
            autoComplete={invite.hasAccount ? 'current-password' : 'new-password'}
            hint={
              invite.hasAccount
                ? 'The password of your Postern account.'
                : `At least ${MIN_PASSWORD} characters.`
            }
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            error={fieldError(error, 'password')}
          />
        )}
        {error && !['name', 'password'].includes(error.field ?? '') ? <FormError error={error} /> : null}
        <Button type="submit" look="primary" busy={accept.isPending || accept.isSuccess}>
          Join {invite.orgName}
        </Button>
      </form>
    </AuthCard>
  );
}
