import {
  accessRequestRequest,
  accessRequestResponse,
  administratorsResponse,
  deleteQueryRequest,
  historyRequest,
  historyResponse,
  type PastStatement,
  type SavedQuery,
  savedQueriesResponse,
  saveQueryRequest,
  saveQueryResponse,
} from '@postern/protocol/console-kept';
import type { z } from 'zod';

/**
 * What the control plane keeps for people at the console: its own messages, without who asks, which the agent says. While it is away
 * these answer 503 `connection.unavailable`; all else goes on.
 */
const asMyself = { personId: true } as const;

/** `GET /api/administrators`: who may change the rules. */
export const administratorsAnswer = administratorsResponse;
export type Administrators = z.infer<typeof administratorsAnswer>;

/** `POST /api/access-requests`. The same again, while it waits, is the same request. */
export const askForAccessRequest = accessRequestRequest.omit(asMyself);
export const askForAccessAnswer = accessRequestResponse;

/** `GET /api/saved`: one's own queries, and what others share in this environment on connections that one may see. */
export const savedAnswer = savedQueriesResponse;
export type { SavedQuery };

/** `POST /api/saved`: a new one, or with `id` one's own anew. */
export const saveRequest = saveQueryRequest.omit(asMyself);
export const saveAnswer = saveQueryResponse;

/** `POST /api/saved/delete`: one's own. 204. */
export const deleteSavedRequest = deleteQueryRequest.omit(asMyself);

/** `POST /api/history`: what one ran at consoles of this environment, a page at a time, newest first. Recorded by nobody: it is one's own. */
export const historyAsk = historyRequest.omit(asMyself);
export const historyAnswer = historyResponse;
export type HistoryPage = z.infer<typeof historyAnswer>;
export type { PastStatement };
