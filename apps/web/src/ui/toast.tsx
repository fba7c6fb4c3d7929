import type { ReactNode } from 'react';
import { toast } from 'sonner';
import { Icon } from './icons';

/** Long enough to notice a mistake. */
const UNDO_MS = 12_000;

export function ToastCard({
  icon,
  children,
  testId,
}: {
  icon: ReactNode;
  children: ReactNode;
  testId?: string;
}) {
  return (
    <div
      data-testid={testId}
      className="bg-raised border-line shadow-pop flex w-[22rem] max-w-[calc(100vw-32px)] items-start gap-2.5 rounded-lg border p-3 text-sm"
    >
      <span className="flex h-5 w-4 shrink-0 items-center justify-center">{icon}</span>
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

/** Says briefly that something was done; with `undo` it can be taken back while it shows. */
export function notify(text: string, undo?: () => void): void {
  toast.custom(
    (id) => (
      <ToastCard icon={<Icon name="check" className="text-good size-4" />}>
        <span className="flex items-center gap-3">
          <span className="min-w-0 flex-1">{text}</span>
          {undo ? (
            <button
              type="button"
              className="text-accent font-medium hover:underline"
              onClick={() => {
                toast.dismiss(id);
                undo();
              }}
            >
              Undo
            </button>
          ) : null}
        </span>
      </ToastCard>
    ),
    undo ? { duration: UNDO_MS } : {},
  );
}
