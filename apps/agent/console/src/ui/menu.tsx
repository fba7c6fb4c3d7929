import { DropdownMenu } from 'radix-ui';
import type { ComponentProps } from 'react';

export const MENU =
  'z-30 max-h-[60vh] min-w-44 overflow-auto rounded-lg border border-line bg-raised p-1 shadow-(--shadow)';

export function MenuItem(props: ComponentProps<typeof DropdownMenu.Item>) {
  return (
    <DropdownMenu.Item
      {...props}
      className="flex cursor-default items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-disabled:opacity-45 data-highlighted:bg-hover"
    />
  );
}
