import { Key } from '../ui/button';
import { Modal } from '../ui/modal';
import { Scroll } from '../ui/scroll';
import { SHORTCUTS } from './shortcuts';
import { PERMISSION_WORDS, WORDS } from './words';

function Words({ title, words }: { title: string; words: readonly (readonly [string, string])[] }) {
  return (
    <section className="mt-5">
      <h3 className="mb-1 font-semibold text-[11px] text-muted uppercase tracking-wide">{title}</h3>
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1">
        {words.map(([word, meaning]) => (
          <div key={word} className="contents">
            <dt className="font-medium">{word}</dt>
            <dd className="text-muted">{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function KeyboardSheet({ onClose }: { onClose: () => void }) {
  return (
    <Modal wide title="Keys and words" onClose={onClose}>
      <Scroll label="Keys and words" className="max-h-[60vh] pr-2">
        <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
          {SHORTCUTS.map(({ group, keys }) => (
            <section key={group}>
              <h3 className="mb-1 font-semibold text-[11px] text-faint uppercase tracking-wide">{group}</h3>
              <ul>
                {keys.map(([combination, text]) => (
                  <li
                    key={text + combination.join()}
                    className="flex items-center justify-between gap-4 py-1"
                  >
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
        <Words title="Permissions" words={Object.entries(PERMISSION_WORDS)} />
        <Words title="Words of this page" words={WORDS} />
      </Scroll>
    </Modal>
  );
}
