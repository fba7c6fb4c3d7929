const FORWARDED = ['cookie', 'accept', 'user-agent', 'x-forwarded-for', 'sec-fetch-site'];
const PASSED_BACK = ['content-type', 'content-disposition', 'x-content-type-options', 'x-accel-buffering'];

/** Passes a GET on to the api and its answer back as it comes: files of any size, streams that stay open. */
export async function relayStream(request: Request, path: string, apiUrl: string): Promise<Response> {
  const url = new URL(path, apiUrl);
  url.search = new URL(request.url).search;
  const headers = new Headers();
  for (const name of FORWARDED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  try {
    // Whoever goes away ends the work behind it.
    const answer = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: request.signal,
      cache: 'no-store',
    });
    const back = new Headers({ 'cache-control': 'no-store' });
    for (const name of PASSED_BACK) {
      const value = answer.headers.get(name);
      if (value !== null) back.set(name, value);
    }
    return new Response(answer.body, { status: answer.status, headers: back });
  } catch (error) {
    console.error(`${path} relay failed:`, error instanceof Error ? error.message : 'unknown');
    return Response.json(
      { error: { code: 'internal', message: 'the control plane does not answer' } },
      { status: 502, headers: { 'cache-control': 'no-store' } },
    );
  }
}
