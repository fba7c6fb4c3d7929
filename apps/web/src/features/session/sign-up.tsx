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
import { MIN_PASSWORD } from './min-password';
import { nextPath, signInPath } from './next-path';
import { signUpDocument } from './session.queries';

const FIELDS = ['orgName', 'name', 'email', 'password'];

export function SignUp({ next }: { next: string | undefined }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [form, setForm] = useState({ orgName: '', name: '', email: '', password: '' });
  const signUp = useMutation({
    mutationFn: () => request(signUpDocument, { ...form, email: form.email.trim() }),
    onSuccess: () => {
      queries.clear();
      router.replace(nextPath(next));
    },
  });
  const error = signUp.error ? asApiError(signUp.error) : null;
  const field = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
    error: fieldError(error, name),
    required: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signUp.mutate();
  };
  return (
    <AuthCard
      title="Create an organisation"
      lead="You become its owner; invite others afterwards."
      footer={
        <>
          Have an account?{' '}
          <Link href={signInPath(nextPath(next))} className={linkClass}>
            Sign in
          </Link>
        </>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="Organisation" autoComplete="organization" autoFocus {...field('orgName')} />
        <TextField label="Your name" autoComplete="name" {...field('name')} />
        <TextField label="E-mail" type="email" autoComplete="username" {...field('email')} />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          minLength={MIN_PASSWORD}
          hint={`At least ${MIN_PASSWORD} characters.`}
          {...field('password')}
        />
        {error && !FIELDS.includes(error.field ?? '') ? <FormError error={error} /> : null}
        <Button type="submit" look="primary" busy={signUp.isPending || signUp.isSuccess}>
          Create organisation
        </Button>
      </form>
    </AuthCard>
  );
}
