import type { MeResponse } from '@postern/agent/console-contract';
import { DropdownMenu } from 'radix-ui';
import { api } from '../api/client';
import { Icon } from '../ui/icon';
import { Menu, MenuContent, MenuItem, MenuLine } from '../ui/menu';
import { type ThemeChoice, useTheme } from './theme';

const ITEM =
  'flex h-8 items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-hover data-[disabled]:text-faint';

const THEMES: readonly (readonly [ThemeChoice, string])[] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase();
}

async function signOut() {
  // An agent that is away has no session to end either way; the reload shows what is true.
  await api.signOut().catch(() => {});
  window.location.assign('/');
}

function ThemeItems() {
  const { theme, choose } = useTheme();
  return (
    <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => choose(value as ThemeChoice)}>
      <DropdownMenu.Label className="px-2 pt-1 pb-0.5 text-[11px] text-faint">Theme</DropdownMenu.Label>
      {THEMES.map(([value, name]) => (
        <DropdownMenu.RadioItem key={value} value={value} className={ITEM}>
          <span className="grid size-4 place-items-center">
            <DropdownMenu.ItemIndicator>
              <Icon name="check" className="text-accent" />
            </DropdownMenu.ItemIndicator>
          </span>
          {name}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function UserMenu({ me, onKeys }: { me: MeResponse; onKeys: () => void }) {
  return (
    <Menu>
      <DropdownMenu.Trigger
        aria-label="Account"
        className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-[11px]"
      >
        {initials(me.user.name || me.user.email)}
      </DropdownMenu.Trigger>
      <MenuContent align="end" className="w-60">
        <div className="px-2 py-1.5">
          <p className="truncate font-medium">{me.user.name}</p>
          <p className="truncate text-muted">{me.user.email}</p>
        </div>
        <MenuLine />
        <ThemeItems />
        <MenuLine />
        <MenuItem onSelect={onKeys}>Keys and words</MenuItem>
        <MenuItem onSelect={() => void signOut()}>Sign out</MenuItem>
        <MenuLine />
        <p className="truncate px-2 py-1 text-[11px] text-faint">
          Agent {me.agent.name} · {me.agent.version}
        </p>
      </MenuContent>
    </Menu>
  );
}
