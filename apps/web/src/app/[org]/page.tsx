import { redirect } from 'next/navigation';

export default async function Page({ params }: PageProps<'/[org]'>) {
  const { org } = await params;
  redirect(`/${encodeURIComponent(org)}/connections`);
}
