import { DropdownMenu } from 'radix-ui';
import { Menu, MenuContent, MenuItem } from './menu';

export interface MenuAction {
  readonly name: string;
  readonly run: () => void;
}

interface MenuProps {
  /** Where it was asked for. */
  readonly at: { readonly x: number; readonly y: number };
  readonly label: string;
  readonly actions: readonly MenuAction[];
  readonly onClose: () => void;
}

/** What can be done with one thing, at the mouse or beside it. */
export function MenuAt({ at, label, actions, onClose }: MenuProps) {
  return (
    <Menu open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          tabIndex={-1}
          aria-hidden="true"
          className="pointer-events-none fixed size-0"
          style={{ left: at.x, top: at.y }}
        />
      </DropdownMenu.Trigger>
      <MenuContent align="start" aria-label={label} onCloseAutoFocus={(event) => event.preventDefault()}>
        {actions.map(({ name, run }) => (
          <MenuItem key={name} onSelect={run}>
            {name}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
