import type { ComponentProps } from 'react';
import { cx } from './cx';

type Look = 'primary' | 'secondary' | 'ghost' | 'danger' | 'quiet-danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent-fill text-on-accent hover:bg-accent-fill-hover border border-transparent',
  secondary: 'bg-raised text-ink border border-line-strong hover:bg-hover',
  ghost: 'text-ink-2 border border-transparent hover:bg-hover hover:text-ink',
  'quiet-danger': 'text-bad border border-transparent hover:bg-bad-soft',
  danger: 'bg-bad-fill text-white border border-transparent hover:brightness-110',
};

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look;
  /** Work is under way: the button stays focusable but does nothing. */
  busy?: boolean;
}

export function Button({ look = 'secondary', busy, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md px-3 text-sm font-medium whitespace-nowrap select-none',
        'disabled:cursor-not-allowed disabled:opacity-50',
        LOOKS[look],
        className,
      )}
      {...rest}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  );
}

/** A square button whose only content is an icon, so it needs a name. */
export function IconButton({ label, className, ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={cx(
        'text-ink-2 hover:bg-hover hover:text-ink inline-flex size-7 shrink-0 items-center justify-center rounded-md disabled:opacity-40',
        className,
      )}
      {...rest}
    />
  );
}

export function Spinner({ className = 'size-3.5' }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        'inline-block animate-spin rounded-full border-2 border-current border-r-transparent',
        className,
      )}
    />
  );
}
