'use client';
import Link from 'next/link';
import { usePathname, useRouter } from 'next/navigation';
import { useState } from 'react';
import { cx } from '../../ui/cx';
import { Icon, Mark } from '../../ui/icons';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu';
import { useWaitingForMe } from '../access-reviews/use-reviews';
import { useSignOut } from '../session/use-sign-out';
import { ROLE_LABEL } from '../session/use-viewer';
import { NewOrgDialog } from './new-org';
import { useOrg } from './org-context';
import type { NavPage } from './pages';
import { useTheme } from './theme';

interface Props {
  pages: readonly NavPage[];
  onHelp: () => void;
  onGo?: () => void;
}

export function Sidebar({ pages, onHelp, onGo }: Props) {
  const { slug } = useOrg();
  const path = usePathname();
  return (
    <div className="flex h-full flex-col gap-1 p-2.5">
      <OrgSwitcher />
      <nav aria-label="Main" className="mt-2 flex flex-1 flex-col gap-0.5">
        {pages.map((page) => {
          const href = `/${slug}/${page.path}`;
          const current = path === href || path.startsWith(`${href}/`);
          return (
            <Link
              key={page.path}
              href={href}
              onClick={onGo}
              aria-current={current ? 'page' : undefined}
              title={`g then ${page.key}`}
              className={cx(
                'flex h-8 items-center gap-2.5 rounded-md px-2 text-sm',
                current ? 'bg-hover text-ink font-medium' : 'text-ink-2 hover:bg-hover hover:text-ink',
              )}
            >
              <Icon name={page.icon} className={cx('size-4', current && 'text-accent')} />
              {page.label}
              {page.path === 'access-reviews' ? <WaitingReviews /> : null}
            </Link>
          );
        })}
      </nav>
      <UserMenu onHelp={onHelp} />
    </div>
  );
}

/** Decisions that wait for the viewer: nobody should have to look for them. */
function WaitingReviews() {
  const waiting = useWaitingForMe();
  if (waiting === 0) return null;
  return (
    <span className="bg-selected text-accent ml-auto rounded px-1.5 text-xs tabular-nums">
      {waiting}
      <span className="sr-only"> waiting for you</span>
    </span>
  );
}

function OrgSwitcher() {
  const { name, slug, viewer } = useOrg();
  const router = useRouter();
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            aria-label={`Organisation ${name}, switch`}
            className="hover:bg-hover flex h-9 w-full min-w-0 items-center gap-2.5 rounded-md px-2 text-left text-sm font-semibold"
          >
            <Mark />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <Icon name="updown" className="text-ink-3 size-3.5" />
          </button>
        }
      >
        <MenuLabel>Organisations</MenuLabel>
        {viewer.memberships.map(({ org, role }) => (
          <MenuItem key={org.id} onSelect={() => router.push(`/${org.slug}/connections`)}>
            <span className="flex size-4 items-center justify-center">
              {org.slug === slug ? <Icon name="check" className="size-3.5" /> : null}
            </span>
            <span className="max-w-52 truncate">{org.name}</span>
            <span className="text-ink-3 ml-auto pl-4 text-xs">{ROLE_LABEL[role]}</span>
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => setCreating(true)}>
          <Icon name="plus" className="size-3.5" /> New organisation
        </MenuItem>
      </Menu>
      <NewOrgDialog open={creating} onClose={() => setCreating(false)} />
    </>
  );
}

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

function UserMenu({ onHelp }: { onHelp: () => void }) {
  const { viewer, role } = useOrg();
  const [theme, setTheme] = useTheme();
  const signOut = useSignOut();
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="hover:bg-hover flex min-h-11 w-full min-w-0 items-center gap-2.5 rounded-md px-2 text-left"
        >
          <span
            aria-hidden="true"
            className="bg-hover text-ink-2 flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-medium"
          >
            {viewer.user.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0 flex-1 leading-tight">
            <span className="block truncate text-sm">
              <span className="sr-only">Account of </span>
              {viewer.user.name}
            </span>
            <span className="text-ink-3 block truncate text-xs">{ROLE_LABEL[role]}</span>
          </span>
        </button>
      }
    >
      <MenuLabel>{viewer.user.email}</MenuLabel>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={theme} onChange={setTheme} options={THEMES} />
      <MenuSeparator />
      <MenuItem onSelect={onHelp}>
        Keyboard <span className="text-ink-3 ml-auto text-xs">?</span>
      </MenuItem>
      <MenuItem onSelect={() => signOut.mutate()}>Sign out</MenuItem>
    </Menu>
  );
}
