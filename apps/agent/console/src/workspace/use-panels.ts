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
  /** By a key: opens it, goes into it, or, for who is in it, closes it and goes back. */
  visit(name: PanelName, back: () => void): void;
}

const panelOf = (name: PanelName) => document.querySelector(`[data-panel="${name}"]`);
const enter = (name: PanelName) => panelOf(name)?.querySelector('input')?.focus();

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
  const show = (name: PanelName) => {
    const others = RIGHT.includes(name) ? open.filter((other) => !RIGHT.includes(other)) : open;
    set([...others, name]);
    // Once it is drawn: who opens it wants to find something.
    setTimeout(() => enter(name), 0);
  };
  return {
    isOpen: (name) => open.includes(name),
    close,
    toggle: (name) => (open.includes(name) ? close(name) : show(name)),
    visit: (name, back) => {
      if (!open.includes(name)) show(name);
      else if (panelOf(name)?.contains(document.activeElement)) {
        close(name);
        back();
      } else enter(name);
    },
  };
}
