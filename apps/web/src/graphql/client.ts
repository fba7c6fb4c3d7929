import type { TypedDocumentString } from '../gql/graphql';
import { ApiError, toApiError } from './api-error';

const TIMEOUT_MS = 20_000;

interface Body<T> {
  data?: T | null;
  errors?: { message?: unknown; extensions?: Record<string, unknown> }[];
}

/** One typed GraphQL request to this page's own origin. Throws {@link ApiError} and nothing else. */
export async function request<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const body = await send<R>(JSON.stringify({ query: document.toString(), variables }));
  if (body.errors?.length) throw toApiError(body.errors);
  if (!body.data) throw new ApiError('internal', 'the answer of the api was empty', undefined, 'try again');
  return body.data;
}

async function send<R>(payload: string): Promise<Body<R>> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: payload,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return (await response.json()) as Body<R>;
  } catch {
    throw new ApiError(
      'internal',
      'Postern cannot be reached',
      undefined,
      'check the network and try again; nothing you typed is lost',
    );
  }
}

interface Page<N> {
  edges: { node: N }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** Most pages that a picker loads; beyond them people search or type the name. */
const MAX_PAGES = 20;
export const PAGE_SIZE = 100;

/** Every node of a Relay connection, page after page, up to {@link MAX_PAGES} pages. */
export async function collect<N>(load: (after: string | null) => Promise<Page<N>>): Promise<N[]> {
  const nodes: N[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { edges, pageInfo }: Page<N> = await load(after);
    for (const edge of edges) nodes.push(edge.node);
    if (!pageInfo.hasNextPage || !pageInfo.endCursor) break;
    after = pageInfo.endCursor;
  }
  return nodes;
}
