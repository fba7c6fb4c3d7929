import type { ReactNode } from 'react';

/** Title, one line of explanation, main action at the right; then the page's own content. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto flex w-full max-w-[1320px] flex-col gap-4 px-4 py-6 sm:px-6">
      <div className="flex flex-col gap-3 sm:flex-row sm:items-start sm:justify-between sm:gap-6">
        <div className="min-w-0">
          <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
          {lead ? <p className="text-ink-2 mt-0.5 max-w-2xl text-sm text-pretty">{lead}</p> : null}
        </div>
        {actions ? <div className="flex shrink-0 flex-wrap gap-2">{actions}</div> : null}
      </div>
      {children}
    </div>
  );
}

/** Where an empty state stands in for a table. */
export function Well({ children }: { children: ReactNode }) {
  return <div className="border-line bg-surface rounded-lg border">{children}</div>;
}
