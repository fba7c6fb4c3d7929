import { duration } from '../results/format';
import { Icon } from '../ui/icon';
import type { Connection } from './connection';

const HEALTH = {
  ok: { dot: 'bg-ok', text: 'reachable' },
  down: { dot: 'bg-danger', text: 'not reachable' },
  unknown: { dot: 'bg-line-strong', text: 'not tried yet' },
} as const;

export function HealthDot({ health, latencyMs }: Connection) {
  const { dot, text: state } = HEALTH[health];
  const text = latencyMs === undefined ? state : `${state}, answers the agent in ${duration(latencyMs)}`;
  return (
    <span title={text} className={`inline-block size-2 shrink-0 rounded-full ${dot}`}>
      <span className="sr-only">{text}</span>
    </span>
  );
}

export function ReadOnlyMark() {
  return (
    <span
      title="No permission here changes anything, so your sessions are pinned to read only"
      className="inline-flex items-center gap-1 whitespace-nowrap text-[11px] text-muted"
    >
      <Icon name="lock" className="!size-3" />
      read only
    </span>
  );
}
