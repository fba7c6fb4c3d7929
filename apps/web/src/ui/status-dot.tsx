import type { ReactNode } from 'react';
import { cx } from './cx';

export type Health = 'good' | 'warn' | 'bad' | 'off';
const DOTS: Record<Health, string> = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  off: 'border border-ink-3',
};

/** A coloured dot with its meaning in words beside it. */
export function Status({ health, children, title }: { health: Health; children: ReactNode; title?: string }) {
  return (
    <span
      title={title}
      className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle whitespace-nowrap"
    >
      <span aria-hidden="true" className={cx('size-2 shrink-0 rounded-full', DOTS[health])} />
      {children}
    </span>
  );
}

/** A small label: an environment, a role. */
export function Tag({ children, mono }: { children: ReactNode; mono?: boolean }) {
  return (
    <span
      className={cx(
        'bg-hover text-ink-2 inline-flex h-5 items-center rounded px-1.5 align-middle text-xs whitespace-nowrap',
        mono && 'font-mono',
      )}
    >
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="border-line bg-sunken text-ink-2 inline-flex h-5 min-w-5 items-center justify-center rounded border px-1 font-sans text-xs">
      {children}
    </kbd>
  );
}
