import { type Dispatch, useCallback, useEffect, useRef, useState } from 'react';
import type { EditorHandle } from '../editor/handle';
import type { CursorPlace } from '../editor/status-line';
import type { Action } from '../tabs/model';

/** Typed text reaches the workspace, and with it the check and the browser's storage, after this pause. */
const PAUSE_MS = 150;

/** The link to the editor, which holds the newest text: what is typed arrives here a moment later. */
export function useEditor(dispatch: Dispatch<Action>) {
  const [handle, setHandle] = useState<EditorHandle | null>(null);
  const [cursor, setCursor] = useState<CursorPlace>({ line: 1, column: 1, selected: 0 });
  const pending = useRef<{ id: string; text: string } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  /** Hands over what was typed last, now. */
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const change = pending.current;
    pending.current = null;
    if (change !== null) dispatch({ type: 'change', id: change.id, change: { text: change.text } });
  }, [dispatch]);

  const onText = useCallback(
    (id: string, text: string) => {
      if (pending.current !== null && pending.current.id !== id) flush();
      pending.current = { id, text };
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, PAUSE_MS);
    },
    [flush],
  );
  const onCursor = useCallback(
    (line: number, column: number, selected: number) => setCursor({ line, column, selected }),
    [],
  );

  useEffect(() => {
    const hide = () => flush();
    document.addEventListener('visibilitychange', hide);
    return () => document.removeEventListener('visibilitychange', hide);
  }, [flush]);

  /** For the moment the window goes, when no state can change any more. */
  const unsaved = useCallback(() => pending.current, []);
  return { handle, onReady: setHandle, cursor, onText, onCursor, flush, unsaved };
}
