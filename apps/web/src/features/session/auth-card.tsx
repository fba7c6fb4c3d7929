import type { ReactNode } from 'react';
import { Mark } from '../../ui/icons';

/** The frame of the pages before the product: one card, one thing to do. */
export function AuthCard({
  title,
  lead,
  children,
  footer,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 py-[12vh]">
      <div className="mb-6 flex items-center gap-2 text-[0.95rem] font-semibold tracking-tight">
        <Mark /> Postern
      </div>
      <div className="border-line bg-surface w-full max-w-sm rounded-xl border p-6">
        <h1 className="text-base font-semibold">{title}</h1>
        {lead ? <div className="text-ink-2 mt-1 text-sm">{lead}</div> : null}
        <div className="mt-5">{children}</div>
      </div>
      {footer ? <div className="text-ink-2 mt-5 text-sm">{footer}</div> : null}
    </main>
  );
}

export const linkClass = 'text-accent font-medium underline-offset-2 hover:underline';
