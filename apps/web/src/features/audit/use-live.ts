'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { auditKey } from './use-audit';

/** Hints may be lost, and a proxy in between may hold a stream back: then this is how old the page gets. */
const ANYWAY_MS = 15_000;
/** Further down than this somebody is reading: nothing may move under their eyes. */
const READING_PX = 160;

export type LiveState = 'off' | 'connecting' | 'live' | 'paused';

/**
 * Follows the trail while `on`: the api says that there is more, the page asks for it. Scrolled down it waits, and `waiting`
 * tells that there is something to come back for. The browser reconnects by itself.
 */
export function useLive(
  orgId: string,
  on: boolean,
): { state: LiveState; waiting: boolean; resume: () => void } {
  const client = useQueryClient();
  const [connected, setConnected] = useState(false);
  const [reading, setReading] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const held = useRef(false);
  useEffect(() => {
    if (!on) return;
    const refresh = () => {
      if (held.current) return setWaiting(true);
      setWaiting(false);
      void client.invalidateQueries({ queryKey: auditKey(orgId) });
    };
    const onScroll = () => {
      const now = window.scrollY > READING_PX;
      if (now === held.current) return;
      held.current = now;
      setReading(now);
      if (!now) refresh();
    };
    const source = new EventSource(`/graphql/audit-watch?orgId=${encodeURIComponent(orgId)}`);
    source.addEventListener('open', () => {
      setConnected(true);
      refresh();
    });
    source.addEventListener('error', () => setConnected(false));
    source.addEventListener('more', refresh);
    const timer = setInterval(refresh, ANYWAY_MS);
    window.addEventListener('scroll', onScroll, { passive: true });
    onScroll();
    return () => {
      source.close();
      clearInterval(timer);
      window.removeEventListener('scroll', onScroll);
      held.current = false;
      setConnected(false);
      setReading(false);
      setWaiting(false);
    };
  }, [client, orgId, on]);
  const state = !on ? 'off' : reading ? 'paused' : connected ? 'live' : 'connecting';
  return { state, waiting, resume: () => window.scrollTo({ top: 0 }) };
}
