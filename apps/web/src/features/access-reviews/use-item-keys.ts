'use client';
import { useEffect, useRef } from 'react';
import { isTyping, overlayOpen } from '../shell/use-keys';
import type { Item } from './use-reviews';

interface Keys {
  /** What may be decided, in the order shown. */
  rows: readonly Item[];
  onCertify: (item: Item) => void;
  onRevoke: (item: Item) => void;
  isActive: boolean;
}

/**
 * `a` certifies and `x` revokes the row that has the focus (`j` and `k` move it). A row that was decided leaves; the focus then
 * goes to the one that took its place.
 */
export function useItemKeys({ rows, onCertify, onRevoke, isActive }: Keys) {
  const list = useRef<HTMLDivElement>(null);
  const at = useRef<number | null>(null);
  const now = useRef({ rows, onCertify, onRevoke, isActive });
  now.current = { rows, onCertify, onRevoke, isActive };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || overlayOpen()) return;
      if (event.key !== 'a' && event.key !== 'x') return;
      const id = document.activeElement?.closest('[data-item]')?.getAttribute('data-item');
      const index = now.current.rows.findIndex((row) => row.id === id);
      const item = now.current.rows[index];
      if (!item || !now.current.isActive) return;
      event.preventDefault();
      at.current = index;
      if (event.key === 'a') now.current.onCertify(item);
      else now.current.onRevoke(item);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const ids = rows.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the rows change
  useEffect(() => {
    if (at.current === null || overlayOpen()) return;
    const boxes = [...(list.current?.querySelectorAll<HTMLElement>('[data-item] input') ?? [])];
    boxes[Math.min(at.current, boxes.length - 1)]?.focus();
    at.current = null;
  }, [ids]);
  return list;
}
