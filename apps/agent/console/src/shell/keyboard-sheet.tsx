import { Key } from '../ui/button';
import { Modal } from '../ui/modal';
import { SHORTCUTS } from './shortcuts';

export function KeyboardSheet({ onClose }: { onClose: () => void }) {
  return (
    <Modal wide title="Keyboard shortcuts" onClose={onClose}>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {SHORTCUTS.map(({ group, keys }) => (
          <section key={group}>
            <h3 className="mb-1 font-semibold text-[11px] text-faint uppercase tracking-wide">{group}</h3>
            <ul>
              {keys.map(([combination, text]) => (
                <li key={text + combination.join()} className="flex items-center justify-between gap-4 py-1">
                  <span>{text}</span>
                  <span className="flex shrink-0 gap-1">
                    {combination.map((key) => (
                      <Key key={key}>{key}</Key>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Modal>
  );
}
