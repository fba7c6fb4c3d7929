import { DropdownMenu } from 'radix-ui';
import { type ComponentProps, createContext, useContext, useState } from 'react';

const Opened = createContext(false);

/** Not modal: what is around an open menu stays there for who reads the page by ear. */
export function Menu({ onOpenChange, ...props }: ComponentProps<typeof DropdownMenu.Root>) {
  const [isOpen, setOpen] = useState(false);
  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  return (
    <Opened value={props.open ?? isOpen}>
      <DropdownMenu.Root modal={false} {...props} onOpenChange={change} />
    </Opened>
  );
}

/** Within the page’s main part, as all else that is shown. */
export const overlayPlace = (): Element | null => document.querySelector('main');

export function MenuContent({ className = '', ...props }: ComponentProps<typeof DropdownMenu.Content>) {
  // Drawn anew when it opens: what is above the main part is there before it.
  useContext(Opened);
  return (
    <DropdownMenu.Portal container={overlayPlace()}>
      <DropdownMenu.Content
        sideOffset={4}
        {...props}
        className={`z-40 max-h-[60vh] min-w-44 overflow-auto rounded-lg border border-line bg-raised p-1 shadow-(--shadow) ${className}`}
      />
    </DropdownMenu.Portal>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

export function MenuItem(props: ComponentProps<typeof DropdownMenu.Item>) {
  return (
    <DropdownMenu.Item
      {...props}
      className="flex cursor-default items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-disabled:opacity-45 data-highlighted:bg-hover"
    />
  );
}
