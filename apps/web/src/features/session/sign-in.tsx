'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { FormError } from '../../ui/states';
import { AuthCard, linkClass } from './auth-card';
import { nextPath } from './next-path';
import { signInDocument } from './session.queries';

export function SignIn({ next }: { next: string | undefined }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => request(signInDocument, { email: email.trim(), password }),
    onSuccess: () => {
      // Nothing of another person's session may stay in the cache.
      queries.clear();
      router.replace(nextPath(next));
    },
  });
  const error = signIn.error ? asApiError(signIn.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const signUp = next ? `/sign-up?next=${encodeURIComponent(next)}` : '/sign-up';
  return (
    <AuthCard
      title="Sign in"
      lead="Who may run what on your databases, enforced and recorded."
      footer={
        <>
          New here?{' '}
          <Link href={signUp} className={linkClass}>
            Create an organisation
          </Link>
        </>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={fieldError(error, 'email')}
        />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={fieldError(error, 'password')}
        />
        {error && !error.field ? <FormError error={error} /> : null}
        <Button type="submit" look="primary" busy={signIn.isPending || signIn.isSuccess}>
          Sign in
        </Button>
      </form>
    </AuthCard>
  );
}
