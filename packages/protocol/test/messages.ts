import { policyBundle } from '@postern/core/policy';
import type { z } from 'zod';
import { agentRequestClaims } from '../src/agent-auth.js';
import { auditPushRequest, auditPushResponse } from '../src/audit-push.js';
import {
  accessRequestRequest,
  accessRequestResponse,
  administratorsRequest,
  administratorsResponse,
  deleteQueryRequest,
  deleteQueryResponse,
  historyRequest,
  historyResponse,
  savedQueriesRequest,
  savedQueriesResponse,
  saveQueryRequest,
  saveQueryResponse,
} from '../src/console-kept.js';
import { consoleTokenClaims, consoleTokenRequest, consoleTokenResponse } from '../src/console-token.js';
import { enrolRequest, enrolResponse } from '../src/enrolment.js';
import { protocolError } from '../src/error.js';
import { evidenceRequest, evidenceResponse } from '../src/evidence.js';
import { heartbeatRequest, heartbeatResponse } from '../src/heartbeat.js';
import { streamEvents } from '../src/policy-pull.js';
import {
  claimRequest,
  claimResponse,
  progressRequest,
  progressResponse,
  resultResponse,
  signedTask,
  taskResult,
} from '../src/tasks.js';

/** Every message of the protocol by the name of its fixtures. */
export const messages: Readonly<Record<string, z.ZodType>> = {
  'agent-request-claims': agentRequestClaims,
  'administrators-request': administratorsRequest,
  'administrators-response': administratorsResponse,
  'access-request-request': accessRequestRequest,
  'access-request-response': accessRequestResponse,
  'saved-queries-request': savedQueriesRequest,
  'saved-queries-response': savedQueriesResponse,
  'save-query-request': saveQueryRequest,
  'save-query-response': saveQueryResponse,
  'delete-query-request': deleteQueryRequest,
  'delete-query-response': deleteQueryResponse,
  'history-request': historyRequest,
  'history-response': historyResponse,
  'audit-push-request': auditPushRequest,
  'audit-push-response': auditPushResponse,
  'console-token-claims': consoleTokenClaims,
  'console-token-request': consoleTokenRequest,
  'console-token-response': consoleTokenResponse,
  'enrol-request': enrolRequest,
  'enrol-response': enrolResponse,
  error: protocolError,
  'heartbeat-request': heartbeatRequest,
  'heartbeat-response': heartbeatResponse,
  'policy-bundle': policyBundle,
  'evidence-request': evidenceRequest,
  'evidence-response': evidenceResponse,
  'claim-request': claimRequest,
  'claim-response': claimResponse,
  'progress-request': progressRequest,
  'progress-response': progressResponse,
  'result-response': resultResponse,
  'signed-task': signedTask,
  'task-result': taskResult,
  'stream-policy': streamEvents.policy,
  'stream-revoked': streamEvents.revoked,
  'stream-task': streamEvents.task,
};
