import { createHash, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ErrorDetail, PosternError } from '@postern/core/errors';
import { protocolError } from '@postern/protocol/error';
import { type CryptoKey, importJWK, SignJWT } from 'jose';
import { type AgentIdentity, safeJson } from './identity.js';

const gzipped = promisify(gzip);

export const REQUEST_TIMEOUT_MS = 10_000;
const TOKEN_LIFETIME_S = 60;

/** The control plane did not answer: it is away, or the way to it is. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';
  constructor(cause: unknown) {
    super('the control plane can not be reached', { cause });
  }
}

/** The control plane answered with an error. */
export class ApiRefusal extends PosternError {
  constructor(
    readonly status: number,
    code: PosternError['code'],
    message: string,
    detail: ErrorDetail = {},
    readonly refusalFacts: Readonly<Record<string, unknown>> = {},
  ) {
    super(code, message, detail);
  }
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** One of the protocol's PATHS: what the signature covers, whatever prefix a proxy puts before it. */
  readonly path: string;
  /** JSON. */
  readonly body?: string | Buffer;
  /** Its body travels compressed where the control plane says that it takes that. */
  readonly isLarge?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  /** 2xx or 304. */
  readonly status: number;
  readonly text: string;
  /** Bodies may come compressed from now on (RFC 7694). */
  readonly takesGzip: boolean;
}

function refusalOf(status: number, text: string): ApiRefusal {
  const parsed = protocolError.safeParse(safeJson(text));
  if (!parsed.success)
    return new ApiRefusal(status, 'internal', `the control plane answered with status ${status}`);
  const { code, message, field, fix, facts } = parsed.data.error;
  const detail = { ...(field === undefined ? {} : { field }), ...(fix === undefined ? {} : { fix }) };
  return new ApiRefusal(status, code, message, detail, facts);
}

const isGood = ({ ok, status }: Response): boolean => ok || status === 304;

function fetchApi(
  apiUrl: string,
  request: ApiRequest,
  bearer: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(apiUrl + request.path, {
    method: request.method,
    redirect: 'error',
    headers: {
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal,
  });
}

/**
 * Sends one request and reads its answer within the time given; throws {@link ApiRefusal} or {@link ApiUnreachable}. The
 * limits also race the answer by themselves: on Node 20 the fetch's own signal may be collected before it aborts.
 */
export async function sendToApi(apiUrl: string, request: ApiRequest, bearer?: string): Promise<ApiAnswer> {
  const controller = new AbortController();
  let abort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      controller.abort();
      reject(new Error('no answer in time'));
    };
  });
  const timer = setTimeout(abort, request.timeoutMs ?? REQUEST_TIMEOUT_MS);
  request.signal?.addEventListener('abort', abort, { once: true });
  if (request.signal?.aborted) abort();
  const answer = async () => {
    const response = await fetchApi(apiUrl, request, bearer, controller.signal);
    return { response, text: await response.text() };
  };
  try {
    const { response, text } = await Promise.race([answer(), aborted]);
    if (!isGood(response)) throw refusalOf(response.status, text);
    const takesGzip = response.headers.get('accept-encoding')?.includes('gzip') === true;
    return { status: response.status, text, takesGzip };
  } catch (error) {
    throw error instanceof ApiRefusal ? error : new ApiUnreachable(error);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', abort);
  }
}

/** The lowest level: half of the time of the next ones, and events are much alike. The signature is of what it unpacks to. */
async function compressed(request: ApiRequest): Promise<ApiRequest> {
  const body = await gzipped(request.body ?? '', { level: 1 });
  return { ...request, body, headers: { ...request.headers, 'content-encoding': 'gzip' } };
}

/** Requests signed with the agent's own key, bound to method, path and body (protocol: agent-auth). */
export class ApiClient {
  readonly #apiUrl: string;
  readonly #identity: AgentIdentity;
  readonly #onReachable: (reachable: boolean) => void;
  #key: CryptoKey | Uint8Array | undefined;
  #takesGzip = false;

  constructor(apiUrl: string, identity: AgentIdentity, onReachable: (reachable: boolean) => void = () => {}) {
    this.#apiUrl = apiUrl;
    this.#identity = identity;
    this.#onReachable = onReachable;
  }

  async send(request: ApiRequest): Promise<ApiAnswer> {
    const bearer = await this.#sign(request);
    const packed = request.isLarge === true && this.#takesGzip ? await compressed(request) : undefined;
    try {
      const answer = await this.#noting(() => sendToApi(this.#apiUrl, packed ?? request, bearer));
      if (request.isLarge === true) this.#takesGzip = answer.takesGzip;
      return answer;
    } catch (error) {
      // It may have been an older one that answered.
      if (packed && error instanceof ApiRefusal) this.#takesGzip = false;
      throw error;
    }
  }

  /** A GET whose body comes as long as both sides live; only `signal` ends it. */
  async open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const request: ApiRequest = { method: 'GET', path, headers };
    const bearer = await this.#sign(request);
    return this.#noting(async () => {
      const response = await fetchApi(this.#apiUrl, request, bearer, signal).catch((error: unknown) => {
        throw new ApiUnreachable(error);
      });
      if (isGood(response)) return response;
      throw refusalOf(response.status, await response.text().catch(() => ''));
    });
  }

  async #noting<T>(ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      this.#onReachable(true);
      return answer;
    } catch (error) {
      this.#onReachable(error instanceof ApiRefusal && error.status < 500);
      throw error;
    }
  }

  async #sign({ method, path, body }: ApiRequest): Promise<string> {
    this.#key ??= await importJWK(this.#identity.privateKey, 'EdDSA');
    const bodyHash = createHash('sha256')
      .update(body ?? '')
      .digest('base64url');
    return new SignJWT({ htm: method, htp: path, bh: bodyHash })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.#identity.agentId })
      .setIssuer(this.#identity.agentId)
      .setAudience('postern-api')
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_LIFETIME_S}s`)
      .sign(this.#key);
  }
}
