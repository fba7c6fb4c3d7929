import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { safely } from './destination.js';

const TIMEOUT_MS = 10_000;

/** What came of sending something. `retryAfterMs`: when the other side asks for patience. */
export interface Sent {
  readonly ok: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** One POST to a checked address: no redirects, no proxy, no connection kept, an answer in ten seconds or none. Never throws. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowPrivate: boolean,
): Promise<Sent> {
  const startedAt = performance.now();
  try {
    const status = await post(new URL(url), body, headers, allowPrivate);
    const ok = status >= 200 && status < 300;
    const error = ok
      ? null
      : status >= 300 && status < 400
        ? `answered ${status}: redirects are not followed`
        : `answered ${status}`;
    return { ok, status, error, durationMs: Math.round(performance.now() - startedAt) };
  } catch (error) {
    return {
      ok: false,
      status: null,
      error: reasonOf(error),
      durationMs: Math.round(performance.now() - startedAt),
    };
  }
}

function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowPrivate: boolean,
): Promise<number> {
  if (url.protocol !== 'https:' && !allowPrivate) throw new Error('only https is sent to');
  const { host, lookup } = safely(url.hostname, allowPrivate);
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      {
        host,
        ...(url.port === '' ? {} : { port: Number(url.port) }),
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Postern',
          'content-length': Buffer.byteLength(body),
          ...headers,
          host: url.host,
        },
        ...(lookup ? { lookup } : {}),
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        // Whatever it has to say beyond that is not wanted.
        response.destroy();
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Words for people, without what the other side or the network gave away. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be sent';
  const { code } = error as { code?: string };
  switch (code) {
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name of the host is not known';
    case 'ABORT_ERR':
    case 'ETIMEDOUT':
      return 'no answer within ten seconds';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was cut';
  }
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no answer within ten seconds';
  if (code?.startsWith('ERR_TLS') || code?.includes('CERT') || code?.includes('SIGNATURE'))
    return `the certificate can not be trusted (${code})`;
  return error.name === 'DestinationRefused' ? error.message : (code ?? 'it could not be sent');
}
