import type { IconName } from '../../ui/icons';

export interface NavPage {
  path: string;
  label: string;
  icon: IconName;
  /** Pressed after `g`. */
  key: string;
  /** Who sees it: everybody, or those who see all. */
  all: boolean;
}

/** The pages of an organisation in the order of the sidebar. */
export const PAGES: readonly NavPage[] = [
  { path: 'rules', label: 'Rules', icon: 'rules', key: 'r', all: false },
  { path: 'connections', label: 'Connections', icon: 'connections', key: 'c', all: true },
  { path: 'roles', label: 'Database roles', icon: 'roles', key: 'o', all: false },
  { path: 'database-access', label: 'Database access', icon: 'key', key: 'd', all: true },
  { path: 'groups', label: 'Groups', icon: 'groups', key: 'g', all: false },
  { path: 'people', label: 'People', icon: 'people', key: 'p', all: false },
  { path: 'agents', label: 'Agents', icon: 'agents', key: 'a', all: false },
  { path: 'audit', label: 'Audit', icon: 'audit', key: 'u', all: false },
  { path: 'access-reviews', label: 'Access reviews', icon: 'check', key: 'v', all: true },
  { path: 'integrations', label: 'Integrations', icon: 'external', key: 'i', all: false },
  { path: 'reports', label: 'Reports', icon: 'reports', key: 'e', all: false },
  { path: 'settings', label: 'Settings', icon: 'settings', key: 's', all: false },
];

export const visiblePages = (canSeeAll: boolean): readonly NavPage[] =>
  PAGES.filter((page) => page.all || canSeeAll);
