import { DropdownMenu } from 'radix-ui';
import type { ObjectAction } from './object-actions';

interface MenuProps {
  /** Where it was asked for. */
  readonly at: { readonly x: number; readonly y: number };
  readonly label: string;
  readonly actions: readonly ObjectAction[];
  readonly onClose: () => void;
}

/** The menu of one object, at the mouse or beside the line. */
export function TreeMenu({ at, label, actions, onClose }: MenuProps) {
  return (
    <DropdownMenu.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          tabIndex={-1}
          aria-hidden="true"
          className="pointer-events-none fixed size-0"
          style={{ left: at.x, top: at.y }}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          aria-label={label}
          onCloseAutoFocus={(event) => event.preventDefault()}
          className="z-30 min-w-52 rounded-lg border border-line bg-raised p-1 shadow-(--shadow)"
        >
          {actions.map(({ name, run }) => (
            <DropdownMenu.Item
              key={name}
              onSelect={run}
              className="flex h-8 items-center rounded-md px-2 outline-none data-highlighted:bg-hover"
            >
              {name}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
