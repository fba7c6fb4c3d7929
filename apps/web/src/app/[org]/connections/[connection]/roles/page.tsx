import type { Metadata } from 'next';
import { RolesPage } from '../../../../../features/roles/roles-page';

export const metadata: Metadata = { title: 'Roles' };

export default async function Page({ params }: PageProps<'/[org]/connections/[connection]/roles'>) {
  const { connection } = await params;
  return <RolesPage slug={decodeURIComponent(connection)} />;
}
