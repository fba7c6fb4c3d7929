import type { Metadata } from 'next';
import { PlanPage } from '../../../../../../../features/roles/plan-page';

export const metadata: Metadata = { title: 'Role plan' };

export default async function Page({
  params,
}: PageProps<'/[org]/connections/[connection]/roles/plans/[plan]'>) {
  const { connection, plan } = await params;
  return <PlanPage slug={decodeURIComponent(connection)} id={decodeURIComponent(plan)} />;
}
