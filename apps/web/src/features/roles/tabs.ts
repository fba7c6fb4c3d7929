import type { Connection } from '../connections/use-connections';
import type { Roles } from './use-roles';

export const TABS = [
  { key: 'overview', label: 'Overview' },
  { key: 'manifest', label: 'Manifest' },
  { key: 'graph', label: 'Graph' },
  { key: 'history', label: 'History' },
  { key: 'guards', label: 'Guard roles' },
  { key: 'settings', label: 'Settings' },
] as const;
export type Tab = (typeof TABS)[number]['key'];

export interface TabProps {
  connection: Connection;
  roles: Roles;
  go: (tab: Tab) => void;
}
