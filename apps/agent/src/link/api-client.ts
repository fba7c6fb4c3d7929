import { createHash, randomUUID } from 'node:crypto';
import { type ErrorDetail, PosternError } from '@postern/core/errors';
import { protocolError } from '@postern/protocol/error';
import { type CryptoKey, importJWK, SignJWT } from 'jose';
import { type AgentIdentity, safeJson } from './identity.js';

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
  /** JSON text. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** 0: none, for the stream, which has its own watch. */
  readonly timeoutMs?: number;
}

async function refusalOf(response: Response): Promise<ApiRefusal> {
  const parsed = protocolError.safeParse(safeJson(await response.text().catch(() => '')));
  if (!parsed.success) {
    return new ApiRefusal(
      response.status,
      'internal',
      `the control plane answered with status ${response.status}`,
    );
  }
  const { code, message, field, fix, facts } = parsed.data.error;
  const detail = { ...(field === undefined ? {} : { field }), ...(fix === undefined ? {} : { fix }) };
  return new ApiRefusal(response.status, code, message, detail, facts);
}

/** Sends one request; resolves for 2xx and 304, else throws {@link ApiRefusal} or {@link ApiUnreachable}. */
export async function sendToApi(apiUrl: string, request: ApiRequest, bearer?: string): Promise<Response> {
  const { timeoutMs = REQUEST_TIMEOUT_MS } = request;
  const signals = [
    ...(request.signal ? [request.signal] : []),
    ...(timeoutMs > 0 ? [AbortSignal.timeout(timeoutMs)] : []),
  ];
  let response: Response;
  try {
    response = await fetch(apiUrl + request.path, {
      method: request.method,
      redirect: 'error',
      headers: {
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    throw new ApiUnreachable(error);
  }
  if (response.ok || response.status === 304) return response;
  throw await refusalOf(response);
}

/** Reads a body; a connection that breaks half-way is the control plane away, not a wrong answer. */
export async function bodyText(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new ApiUnreachable(error);
  }
}

/** Requests signed with the agent's own key, bound to method, path and body (protocol: agent-auth). */
export class ApiClient {
  readonly #apiUrl: string;
  readonly #identity: AgentIdentity;
  readonly #onReachable: (reachable: boolean) => void;
  #key: CryptoKey | Uint8Array | undefined;

  constructor(apiUrl: string, identity: AgentIdentity, onReachable: (reachable: boolean) => void = () => {}) {
    this.#apiUrl = apiUrl;
    this.#identity = identity;
    this.#onReachable = onReachable;
  }

  async send(request: ApiRequest): Promise<Response> {
    const bearer = await this.#sign(request);
    try {
      const response = await sendToApi(this.#apiUrl, request, bearer);
      this.#onReachable(true);
      return response;
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
