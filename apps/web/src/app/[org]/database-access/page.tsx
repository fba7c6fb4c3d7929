import type { Metadata } from 'next';
import { DatabaseAccessPage } from '../../../features/database-access/database-access-page';

export const metadata: Metadata = { title: 'Database access' };

export default function Page() {
  return <DatabaseAccessPage />;
}
