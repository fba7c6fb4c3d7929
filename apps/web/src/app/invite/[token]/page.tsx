import type { Metadata } from 'next';
import { AcceptInvite } from '../../../features/session/accept-invite';

export const metadata: Metadata = { title: 'Invite' };

export default async function Page({ params }: PageProps<'/invite/[token]'>) {
  const { token } = await params;
  return <AcceptInvite token={token} />;
}
