import type { PublicJwk } from '@postern/core/policy';
import type { PoolClient } from 'pg';
import { PolicyHistory, type PolicyVersionRow } from '../policy/policy-history.js';
import type { PolicyVersionRef, ReportContent } from './document.js';
import type { ReportParameters } from './report-kinds.js';

/** What a builder works with: one organisation's transaction, and a way to say how far it is. */
export interface BuildContext {
  client: PoolClient;
  orgId: string;
  orgName: string;
  /** What the control plane signs with, to check what it has signed. */
  keys: readonly PublicJwk[];
  history: PolicyHistory;
  /** When the report was asked for: "now" in everything it says. */
  now: Date;
  progress(percent: number, note: string): Promise<void>;
}

export type ReportBuilder = (context: BuildContext, parameters: ReportParameters) => Promise<ReportContent>;

export function newContext(parts: Omit<BuildContext, 'history'>): BuildContext {
  return { ...parts, history: new PolicyHistory(parts.client, parts.orgName) };
}

export const versionRef = (row: PolicyVersionRow): PolicyVersionRef => ({
  environmentId: row.environmentId,
  environment: row.environmentName,
  version: row.version,
  publishedAt: row.publishedAt.toISOString(),
  digest: row.contentDigest,
});

/** An instant as reports print it: RFC 3339, UTC, to the second. */
export const instant = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;

/** The filters of a question, as its last words. */
export function filterWords({ connection, person }: ReportParameters): string {
  const parts = [
    ...(connection === undefined ? [] : [`on connection ${connection}`]),
    ...(person === undefined ? [] : [`for ${person}`]),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(' ')}`;
}
