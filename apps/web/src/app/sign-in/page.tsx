import type { Metadata } from 'next';
import { SignIn } from '../../features/session/sign-in';

export const metadata: Metadata = { title: 'Sign in' };

export default async function Page({ searchParams }: PageProps<'/sign-in'>) {
  const { next } = await searchParams;
  return <SignIn next={typeof next === 'string' ? next : undefined} />;
}
