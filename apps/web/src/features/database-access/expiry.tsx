'use client';
import { absolute, relative } from '../../ui/format';
import { Status } from '../../ui/status-dot';
import { useNow } from '../../ui/time';

const SOON_MS = 86_400_000;

/** Whether a database password still works and until when, in words. */
export function Expiry({ at }: { at: string }) {
  const now = useNow();
  const left = Date.parse(at) - now;
  if (left <= 0)
    return (
      <Status health="off" title={absolute(at)}>
        Expired {relative(at, now)}
      </Status>
    );
  return (
    <Status health={left < SOON_MS ? 'warn' : 'good'} title={absolute(at)}>
      Expires {left < 60_000 ? 'within a minute' : relative(at, now)}
    </Status>
  );
}
