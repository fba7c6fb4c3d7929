import { z } from 'zod';

/**
 * Version of the agent ↔ api protocol. Changes are additive: a reader ignores what it does not know, so that an
 * agent and an api of different ages work together. Only a break would raise the number and the path.
 */
export const PROTOCOL_VERSION = 1;

/**
 * What an agent of today knows that older ones of the same protocol do not; it says so where it matters. `guards`: logs sessions in
 * as guard roles, and makes them.
 */
export const AGENT_FEATURES = ['guards'] as const;
export type AgentFeature = (typeof AGENT_FEATURES)[number];

/** Features in a message: whatever a newer agent knows as well. */
export const featureList = z.array(z.string().max(50)).max(100);

/** Paths of the api's agent endpoints, below its base URL. */
export const PATHS = {
  enrol: '/agent/v1/enrol',
  policy: '/agent/v1/policy',
  stream: '/agent/v1/stream',
  heartbeat: '/agent/v1/heartbeat',
  audit: '/agent/v1/audit',
  evidence: '/agent/v1/evidence',
  consoleToken: '/agent/v1/console-token',
  accessRequests: '/agent/v1/access-requests',
  administrators: '/agent/v1/administrators',
  savedQueries: '/agent/v1/saved-queries',
  saveQuery: '/agent/v1/saved-queries/save',
  deleteQuery: '/agent/v1/saved-queries/delete',
  history: '/agent/v1/history',
  taskClaim: '/agent/v1/tasks/claim',
  taskProgress: '/agent/v1/tasks/progress',
  taskResult: '/agent/v1/tasks/result',
} as const;
