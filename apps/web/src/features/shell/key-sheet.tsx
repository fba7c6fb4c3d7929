'use client';
import { Dialog } from '../../ui/dialog';
import { Kbd } from '../../ui/status-dot';
import type { NavPage } from './pages';

const KEYS: readonly [string[], string][] = [
  [['j', 'k'], 'next, previous row'],
  [['Enter'], 'open the row'],
  [['/'], 'search or filter'],
  [['c'], 'create'],
  [['Esc'], 'close, leave a field'],
  [['?'], 'this sheet'],
];

export function KeySheet({
  open,
  onClose,
  pages,
}: {
  open: boolean;
  onClose: () => void;
  pages: readonly NavPage[];
}) {
  const rows = [...KEYS, ...pages.map((page): [string[], string] => [['g', page.key], page.label])];
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2 text-sm">
        {rows.map(([keys, what]) => (
          <div key={what} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd className="text-ink-2">{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
