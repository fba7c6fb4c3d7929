const TIMEOUT_MS = 15_000;
const MAX_BODY_BYTES = 1_000_000;
const FORWARDED = ['cookie', 'content-type', 'accept', 'user-agent', 'x-forwarded-for'];

/**
 * Cross-site requests never carry a form's content type and say where they come from; both are checked here, besides the
 * session cookie's SameSite.
 */
export function refusal(headers: Headers): Response | undefined {
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    return failure(403, 'auth.forbidden', 'requests from other sites are refused', 'open Postern itself');
  }
  if (!headers.get('content-type')?.toLowerCase().startsWith('application/json')) {
    return failure(415, 'input.invalid', 'the request is not JSON', 'send `content-type: application/json`');
  }
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge();
  return undefined;
}

/** Passes one request on and its answer back. Whatever fails on the way is a typed GraphQL error, never a stack. */
export async function relay(request: Request, apiUrl: string): Promise<Response> {
  const body = await request.arrayBuffer();
  if (body.byteLength > MAX_BODY_BYTES) return tooLarge();
  const headers = new Headers();
  for (const name of FORWARDED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  try {
    const answer = await fetch(new URL('/graphql', apiUrl), {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await passBack(answer);
  } catch (error) {
    console.error('graphql relay failed:', error instanceof Error ? error.message : 'unknown');
    return failure(
      502,
      'internal',
      'the control plane does not answer',
      'wait a moment and try again; agents go on enforcing the last policy meanwhile',
    );
  }
}

async function passBack(answer: Response): Promise<Response> {
  const headers = new Headers({
    'content-type': answer.headers.get('content-type') ?? 'application/json',
    'cache-control': 'no-store',
  });
  for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie);
  const retryAfter = answer.headers.get('retry-after');
  if (retryAfter) headers.set('retry-after', retryAfter);
  return new Response(await answer.arrayBuffer(), { status: answer.status, headers });
}

const tooLarge = (): Response =>
  failure(413, 'input.invalid', 'the request is larger than 1 MB', 'send less at once');

function failure(status: number, code: string, message: string, fix: string): Response {
  return Response.json(
    { data: null, errors: [{ message, extensions: { code, fix } }] },
    { status, headers: { 'cache-control': 'no-store' } },
  );
}
