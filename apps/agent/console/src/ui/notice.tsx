import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon';

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly role?: 'alert' | 'status';
}

/** What fills a space that has nothing else to show: empty, loading failed, not allowed. */
export function Notice({ icon, title, children, role }: NoticeProps) {
  return (
    <div role={role} className="mx-auto flex max-w-lg flex-col items-center gap-3 px-6 py-12 text-center">
      <span className="grid size-10 place-items-center rounded-full bg-sunken text-muted">
        <Icon name={icon} />
      </span>
      <h2 className="font-semibold text-[15px]">{title}</h2>
      {children}
    </div>
  );
}
