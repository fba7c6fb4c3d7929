import { OrgShell } from '../../features/shell/org-shell';

export default async function Layout({ params, children }: LayoutProps<'/[org]'>) {
  const { org } = await params;
  return <OrgShell slug={org}>{children}</OrgShell>;
}
