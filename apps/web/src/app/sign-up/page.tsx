import type { Metadata } from 'next';
import { SignUp } from '../../features/session/sign-up';

export const metadata: Metadata = { title: 'Create an organisation' };

export default async function Page({ searchParams }: PageProps<'/sign-up'>) {
  const { next } = await searchParams;
  return <SignUp next={typeof next === 'string' ? next : undefined} />;
}
