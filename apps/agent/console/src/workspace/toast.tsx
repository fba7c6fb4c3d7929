import { useEffect } from 'react';
import { Button } from '../ui/button';

export interface ToastMessage {
  readonly text: string;
  readonly action?: { readonly name: string; readonly run: () => void };
}

const SHOWN_MS = 2_500;
/** Long enough to think of undoing. */
const SHOWN_WITH_ACTION_MS = 8_000;

/** A short word about what was just done, with a way back where there is one. */
export function Toast({ message, onDone }: { message: ToastMessage | null; onDone: () => void }) {
  useEffect(() => {
    if (message === null) return;
    const timer = setTimeout(onDone, message.action === undefined ? SHOWN_MS : SHOWN_WITH_ACTION_MS);
    return () => clearTimeout(timer);
  }, [message, onDone]);
  return (
    <div aria-live="polite" className="-translate-x-1/2 fixed bottom-12 left-1/2 z-30">
      {message !== null && (
        <div className="flex items-center gap-3 rounded-lg border border-line bg-raised py-1.5 pr-1.5 pl-3.5 shadow-(--shadow)">
          {message.text}
          {message.action !== undefined ? (
            <Button
              onClick={() => {
                message.action?.run();
                onDone();
              }}
            >
              {message.action.name}
            </Button>
          ) : (
            <span className="w-1" />
          )}
        </div>
      )}
    </div>
  );
}
