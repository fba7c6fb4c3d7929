import type { ReactNode } from 'react';
import { toast } from 'sonner';
import { Icon } from './icons';

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

/** Says briefly that something was done. */
export function notify(text: string): void {
  toast.custom(() => <ToastCard icon={<Icon name="check" className="text-good size-4" />}>{text}</ToastCard>);
}
