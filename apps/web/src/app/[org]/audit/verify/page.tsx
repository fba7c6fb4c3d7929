import type { Metadata } from 'next';
import { VerifyPage } from '../../../../features/audit-proof/verify-page';

export const metadata: Metadata = { title: 'Verify the audit trail' };

export default function Page() {
  return <VerifyPage />;
}
