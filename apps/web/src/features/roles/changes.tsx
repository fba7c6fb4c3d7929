'use client';
import { type ReactNode, useState } from 'react';
import { Button } from '../../ui/button';
import { cx } from '../../ui/cx';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Tag } from '../../ui/status-dot';
import { groupChanges } from './states';

export interface Change {
  kind: string;
  category: string;
  destructive: boolean;
  subject: string;
  statements: readonly string[];
  isFromRules?: boolean | null | undefined;
  /** What there is to say about it besides. */
  note?: ReactNode;
}

const SHOWN = 100;

/** Changes by what they are about; those that take something away first and marked. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <div className="flex flex-col gap-3">
      {groupChanges(changes).map((group) => (
        <Group key={group.category} {...group} />
      ))}
    </div>
  );
}

function Group({ label, changes, destructive }: ReturnType<typeof groupChanges<Change>>[number]) {
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, SHOWN);
  return (
    <details open className="border-line group rounded-lg border">
      <summary className="bg-sunken flex min-h-9 list-none items-center gap-2 rounded-t-lg px-3 py-1.5 text-sm">
        <Icon name="chevronRight" className="text-ink-3 size-3.5 group-open:rotate-90" />
        <span className="font-medium">{label}</span>
        <span className="text-ink-3 text-xs">{count(changes.length, 'change')}</span>
        {destructive > 0 ? (
          <span className="text-bad ml-auto text-xs">{destructive} taking something away</span>
        ) : null}
      </summary>
      <ul className="divide-line divide-y">
        {shown.map((change, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a plan's changes never move
            key={index}
            className={cx('flex flex-col gap-1 px-3 py-2 text-sm', change.destructive && 'bg-bad-soft')}
          >
            <span className="flex flex-wrap items-baseline gap-2">
              <span className={cx('font-medium', change.destructive && 'text-bad')}>
                {change.kind.replaceAll('_', ' ')}
              </span>
              <span className="font-mono text-xs">{change.subject}</span>
              {change.destructive ? <span className="text-bad text-xs">takes something away</span> : null}
              {change.isFromRules ? <Tag>from IAM rules</Tag> : null}
            </span>
            <pre className="text-ink-2 font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
              {change.statements.join('\n')}
            </pre>
            {change.note}
          </li>
        ))}
      </ul>
      {changes.length > shown.length ? (
        <div className="border-line border-t p-2">
          <Button look="ghost" onClick={() => setAll(true)}>
            Show all {changes.length}
          </Button>
        </div>
      ) : null}
    </details>
  );
}
