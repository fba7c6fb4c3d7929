/** What the API answered instead of data. */
export class GraphqlError extends Error {
  override readonly name = 'GraphqlError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${message} (${code})`);
  }
}

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Cookies of one origin, as a browser keeps them. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      if (value === '' || /;\s*max-age=0\b/i.test(line)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), value);
    }
  }

  get header(): Record<string, string> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return cookie === '' ? {} : { cookie };
  }
}

/** One person's session with the control plane's API. */
export class GraphqlClient {
  readonly jar = new CookieJar();

  /** `endpoint`: the whole address, `…/graphql`. */
  constructor(readonly endpoint: string) {}

  async request<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.jar.header },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(20_000),
    });
    this.jar.take(response);
    const answer = (await response.json().catch(() => ({}))) as Answer<T>;
    const [error] = answer.errors ?? [];
    if (error !== undefined) throw new GraphqlError(error.extensions?.code ?? 'internal', error.message);
    if (answer.data === undefined || answer.data === null) {
      throw new GraphqlError('internal', `${this.endpoint} answered ${response.status} without data`);
    }
    return answer.data;
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.request(
      'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { user { id } } }',
      {
        email,
        password,
      },
    );
  }
}
