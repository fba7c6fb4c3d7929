import { useState } from 'react';
import { z } from 'zod';
import { readStored, writeStored } from '../tabs/storage';

const NAMES = ['objects', 'history', 'saved'] as const;
export type PanelName = (typeof NAMES)[number];
const stored = z.array(z.enum(NAMES));

/** Panels at the sides; which are open is kept. */
export interface Panels {
  isOpen(name: PanelName): boolean;
  toggle(name: PanelName): void;
  close(name: PanelName): void;
}

/** On the right there is room for one. */
const RIGHT: readonly PanelName[] = ['history', 'saved'];
const isWide = () => window.innerWidth > 1_100;

export function usePanels(key: string): Panels {
  const [open, setOpen] = useState<readonly PanelName[]>(
    () => readStored(key, stored) ?? (isWide() ? ['objects'] : []),
  );
  const set = (names: readonly PanelName[]) => {
    setOpen(names);
    writeStored(key, names);
  };
  const close = (name: PanelName) => set(open.filter((other) => other !== name));
  return {
    isOpen: (name) => open.includes(name),
    close,
    toggle: (name) => {
      if (open.includes(name)) return close(name);
      const others = RIGHT.includes(name) ? open.filter((other) => !RIGHT.includes(other)) : open;
      set([...others, name]);
    },
  };
}
