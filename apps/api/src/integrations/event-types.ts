import { AUDIT_KINDS } from '@postern/core/audit';

/** Sent without being an event of the trail. */
const OTHER_TYPES = ['report.ready', 'report.scheduled', 'postern.test'];

/** `rule.created`, `rule.*` or `*`. */
export const isKnownPattern = (pattern: string): boolean =>
  pattern === '*' || [...AUDIT_KINDS, ...OTHER_TYPES].some((type) => matches(pattern, type));

export const wants = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => matches(pattern, type));

function matches(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}
