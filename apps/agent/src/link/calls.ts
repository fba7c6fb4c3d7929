import { auditPushResponse } from '@postern/protocol/audit-push';
import { consoleTokenResponse } from '@postern/protocol/console-token';
import { type ConnectionEvidence, evidenceResponse } from '@postern/protocol/evidence';
import { type HeartbeatRequest, heartbeatResponse } from '@postern/protocol/heartbeat';
import { policyEtag } from '@postern/protocol/policy-pull';
import {
  claimResponse,
  type ProgressRequest,
  progressResponse,
  resultResponse,
  type TaskResult,
} from '@postern/protocol/tasks';
import { AGENT_FEATURES, PATHS } from '@postern/protocol/version';
import type { z } from 'zod';
import type { PushResult } from '../audit/pusher.js';
import type { SpooledEvent } from '../audit/spool-reader.js';
import { type ApiAnswer, type ApiClient, ApiRefusal, ApiUnreachable } from './api-client.js';
import { safeJson } from './identity.js';

/** The calls that the agent makes, each parsed. An answer that is not the protocol's counts as no answer. */

const AUDIT_TIMEOUT_MS = 30_000;

function parsed<T>({ text }: ApiAnswer, schema: z.ZodType<T>): T {
  const result = schema.safeParse(safeJson(text));
  if (!result.success) throw new ApiUnreachable(new Error('unknown answer'));
  return result.data;
}

export type Pulled = { readonly kind: 'current' } | { readonly kind: 'bundle'; readonly jws: string };

export async function pullPolicy(api: ApiClient, version: number): Promise<Pulled> {
  const headers: Record<string, string> = version > 0 ? { 'if-none-match': policyEtag(version) } : {};
  const { status, text } = await api.send({ method: 'GET', path: PATHS.policy, headers });
  return status === 304 ? { kind: 'current' } : { kind: 'bundle', jws: text.trim() };
}

export async function heartbeat(api: ApiClient, body: HeartbeatRequest): Promise<number> {
  const response = await api.send({ method: 'POST', path: PATHS.heartbeat, body: JSON.stringify(body) });
  return parsed(response, heartbeatResponse).policyVersion;
}

/** `{"events": […]}` of what stands in the spool, as it stands there. */
function pushBody(events: readonly SpooledEvent[]): Buffer {
  const pieces = events.flatMap(({ json }, index) => (index === 0 ? [json] : [COMMA, json]));
  return Buffer.concat([Buffer.from('{"events":['), ...pieces, Buffer.from(']}')]);
}

const COMMA = Buffer.from(',');

export async function pushAudit(
  api: ApiClient,
  events: readonly SpooledEvent[],
  signal: AbortSignal,
): Promise<PushResult> {
  try {
    const response = await api.send({
      method: 'POST',
      path: PATHS.audit,
      body: pushBody(events),
      isLarge: true,
      signal,
      timeoutMs: AUDIT_TIMEOUT_MS,
    });
    return parsed(response, auditPushResponse);
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.code !== 'audit.gap') throw error;
    const { expectedSeq } = error.refusalFacts;
    if (typeof expectedSeq !== 'number') throw error;
    return { gap: expectedSeq };
  }
}

/** Trades the code of a sign-in for the person's token. */
export async function exchangeCode(
  api: ApiClient,
  body: { code: string; codeVerifier: string; redirectUri: string },
): Promise<string> {
  const response = await api.send({ method: 'POST', path: PATHS.consoleToken, body: JSON.stringify(body) });
  return parsed(response, consoleTokenResponse).token;
}

const TASK_TIMEOUT_MS = 30_000;

/** Asks the control plane for something of that shape. */
export async function post<T>(api: ApiClient, path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
  const text = JSON.stringify(body);
  return parsed(await api.send({ method: 'POST', path, body: text, timeoutMs: TASK_TIMEOUT_MS }), schema);
}

/** The next task, signed; null when none waits. A control plane that knows no tasks has none. */
export async function claimTask(
  api: ApiClient,
  kinds: readonly string[],
  connections: readonly string[],
): Promise<string | null> {
  try {
    return (
      await post(api, PATHS.taskClaim, { kinds, connections, features: [...AGENT_FEATURES] }, claimResponse)
    ).task;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return null;
    throw error;
  }
}

export const tellProgress = (api: ApiClient, request: ProgressRequest): Promise<{ cancel: boolean }> =>
  post(api, PATHS.taskProgress, request, progressResponse);

export async function tellResult(api: ApiClient, result: TaskResult): Promise<void> {
  await post(api, PATHS.taskResult, result, resultResponse);
}

/** What databases say of themselves. */
export async function sendEvidence(api: ApiClient, connections: ConnectionEvidence[]): Promise<void> {
  await post(api, PATHS.evidence, { connections }, evidenceResponse);
}
