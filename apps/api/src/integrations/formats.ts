import type { AuditEvent } from '@postern/core/audit';
import { toOcsf } from './ocsf.js';

export type Format = 'json' | 'ocsf';

/** An event with its place in its chain. */
export interface PlacedEvent {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  readonly event: AuditEvent;
}

/** The chain of what the control plane itself recorded. */
export const ORG_CHAIN = '00000000-0000-0000-0000-000000000000';

export function formatted(format: Format, orgId: string, { event, chain, seq, hash }: PlacedEvent): object {
  if (format === 'ocsf') return toOcsf(orgId, event);
  return { ...event, orgId, agentId: chain === ORG_CHAIN ? null : chain, seq, hash };
}

/** Facility 13, "log audit". */
const FACILITY = 13 * 8;

/** RFC 5424. What it is about is the JSON; header fields hold printable ASCII only. */
export function syslogMessage(format: Format, orgId: string, placed: PlacedEvent): string {
  const { event } = placed;
  const severity = event.decision === 'denied' || /failed|refused|revoked|disabled/.test(event.kind) ? 4 : 6;
  const kind = event.kind.replace(/[^\x21-\x7e]/g, '?').slice(0, 32);
  return `<${FACILITY + severity}>1 ${event.at} postern postern - ${kind} - ${JSON.stringify(formatted(format, orgId, placed))}`;
}
