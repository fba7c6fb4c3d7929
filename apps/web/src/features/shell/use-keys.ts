'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import type { NavPage } from './pages';

const CHORD_MS = 1_200;

const TICKED = ['checkbox', 'radio'];

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  !(target instanceof HTMLInputElement && TICKED.includes(target.type)) &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export const overlayOpen = (): boolean =>
  document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]') !== null;

/** Moves the focus to the next or previous row of the page's table; the browser scrolls it into view. */
function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at === -1 ? rows[0] : rows[at + by];
  next?.focus();
  next?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

const press = (selector: string): boolean => {
  const element = document.querySelector<HTMLElement>(`main ${selector}`);
  if (!element) return false;
  if (element instanceof HTMLInputElement) {
    element.focus();
    element.select();
  } else element.click();
  return true;
};

interface Keys {
  base: string;
  pages: readonly NavPage[];
  onHelp: () => void;
}

/** Keys of every page: `?`, `/`, `c`, `j` `k` and arrows, `g` then a page's letter. Never while typing or in a dialog. */
export function useKeys({ base, pages, onHelp }: Keys): void {
  const router = useRouter();
  useEffect(() => {
    let chordUntil = 0;
    const single: Record<string, () => boolean> = {
      '?': () => {
        onHelp();
        return true;
      },
      '/': () => press('[data-search]'),
      c: () => press('[data-create]'),
      j: () => step(1),
      ArrowDown: () => (document.activeElement?.matches('[data-row]') ? step(1) : false),
      k: () => step(-1),
      ArrowUp: () => (document.activeElement?.matches('[data-row]') ? step(-1) : false),
      g: () => {
        chordUntil = Date.now() + CHORD_MS;
        return true;
      },
    };
    const go = (key: string): boolean => {
      const page = pages.find((each) => each.key === key);
      if (page) router.push(`${base}/${page.path}`);
      return page !== undefined;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur();
        return;
      }
      if (overlayOpen()) return;
      const chord = Date.now() < chordUntil;
      chordUntil = 0;
      if (chord ? go(event.key) : single[event.key]?.()) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [router, base, pages, onHelp]);
}
