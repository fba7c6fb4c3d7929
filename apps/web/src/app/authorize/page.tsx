import type { Metadata } from 'next';
import { AuthorizeConsole } from '../../features/authorize/authorize-console';

export const metadata: Metadata = { title: 'Sign in to the SQL console' };

export default async function Page({ searchParams }: PageProps<'/authorize'>) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(await searchParams)) {
    if (typeof value === 'string') query.set(key, value);
  }
  return <AuthorizeConsole query={query.toString()} />;
}
