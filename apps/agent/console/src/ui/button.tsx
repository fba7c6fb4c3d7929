import type { ComponentProps } from 'react';

const LOOK = {
  primary: 'bg-accent-fill text-white hover:bg-accent-fill-hover border-transparent',
  plain: 'bg-surface text-text hover:bg-hover border-line-strong',
  quiet: 'bg-transparent text-muted hover:text-text hover:bg-hover border-transparent',
  danger: 'bg-surface text-danger hover:bg-danger-soft border-danger',
} as const;

interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof LOOK;
  /** A square button around an icon; give it an `aria-label`. */
  square?: boolean;
}

export function Button({ look = 'plain', square = false, className = '', ...rest }: ButtonProps) {
  const shape = square ? 'w-7 justify-center' : 'px-2.5';
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex h-7 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors disabled:opacity-45 ${shape} ${LOOK[look]} ${className}`}
    />
  );
}

export function Key({ children }: { children: string }) {
  return (
    <kbd className="rounded border border-line-strong border-b-2 bg-sunken px-1 font-sans text-[11px] text-muted">
      {children}
    </kbd>
  );
}
