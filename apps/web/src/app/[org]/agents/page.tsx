import type { Metadata } from 'next';
import { AgentsPage } from '../../../features/agents/agents-page';

export const metadata: Metadata = { title: 'Agents' };

export default function Page() {
  // The address that agents dial, for the configuration shown when one is enrolled.
  const apiUrl = process.env.POSTERN_PUBLIC_API_URL ?? process.env.POSTERN_API_URL ?? 'http://127.0.0.1:4000';
  return <AgentsPage apiUrl={apiUrl} />;
}
