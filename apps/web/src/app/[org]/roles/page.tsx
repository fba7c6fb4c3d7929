import type { Metadata } from 'next';
import { RoleStatesPage } from '../../../features/roles/role-states-page';

export const metadata: Metadata = { title: 'Database roles' };

export default function Page() {
  return <RoleStatesPage />;
}
