import { useEffect, useReducer, useRef, useState } from 'react';
import { useSessionEnded } from '../api/session';
import { reduce } from './model';
import { loadWorkspace, saveWorkspace } from './storage';

const SAVE_AFTER_MS = 300;

/** The tabs of this window, kept in the browser as they change. */
export function useWorkspace(key: string) {
  const [workspace, dispatch] = useReducer(reduce, key, loadWorkspace);
  const latest = useRef(workspace);
  latest.current = workspace;
  const [isSaved, setSaved] = useState(true);
  const { tabs, activeId, closed } = workspace;

  // biome-ignore lint/correctness/useExhaustiveDependencies: saved when what is kept changes, not when a run goes on
  useEffect(() => {
    const timer = setTimeout(() => setSaved(saveWorkspace(key, latest.current)), SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key, tabs, activeId, closed]);

  const isEnded = useSessionEnded();
  useEffect(() => {
    if (isEnded) dispatch({ type: 'sessions-ended' });
  }, [isEnded]);

  return { workspace, latest, dispatch, isSaved };
}
