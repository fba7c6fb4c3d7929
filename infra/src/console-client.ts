import { CookieJar, type GraphqlClient } from './graphql-client.js';

/** What the console's endpoints answer, as far as the guided check reads it. */
export interface ConsoleAnswer {
  readonly status: number;
  readonly body: {
    readonly auditId?: string;
    readonly allowed?: boolean;
    readonly results?: readonly {
      readonly command: string;
      readonly rows: readonly (readonly (string | null)[])[];
      readonly rowCount: number | null;
    }[];
    readonly error?: {
      readonly code: string;
      readonly message: string;
      readonly auditId?: string;
      readonly missing?: readonly string[];
    } | null;
    readonly policy?: { readonly version: number };
    readonly connections?: readonly { readonly slug: string; readonly permissions: readonly string[] }[];
  };
}

/** One person's session with an agent's console, over HTTP, as the browser has it. */
export class ConsoleClient {
  readonly #jar = new CookieJar();

  constructor(readonly origin: string) {}

  /** What a request of its own carries to be this person's. */
  get headers(): Record<string, string> {
    return this.#jar.header;
  }

  /**
   * Signs in the way a browser does: authorization code with PKCE through the control plane, where `person` already is
   * signed in and agrees.
   */
  async signIn(person: GraphqlClient): Promise<void> {
    const login = await this.#follow(`${this.origin}/auth/login`);
    const authorize = new URL(login.headers.get('location') ?? '', this.origin).searchParams;
    const back = await person.request<{ authorizeConsole: string }>(
      'mutation ($agentId: ID!, $redirectUri: String!, $codeChallenge: String!, $state: String!) { authorizeConsole(agentId: $agentId, redirectUri: $redirectUri, codeChallenge: $codeChallenge, state: $state) }',
      {
        agentId: authorize.get('agent'),
        redirectUri: authorize.get('redirect_uri'),
        codeChallenge: authorize.get('code_challenge'),
        state: authorize.get('state'),
      },
    );
    const done = await this.#follow(back.authorizeConsole);
    if (done.status >= 400)
      throw new Error(`the console refused the sign-in with ${done.status}: ${await done.text()}`);
  }

  async #follow(url: string): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: this.#jar.header,
      signal: AbortSignal.timeout(15_000),
    });
    this.#jar.take(response);
    return response;
  }

  async get(path: string): Promise<ConsoleAnswer> {
    const response = await this.#follow(`${this.origin}${path}`);
    return { status: response.status, body: (await response.json()) as ConsoleAnswer['body'] };
  }

  async post(path: string, body: Readonly<Record<string, unknown>>): Promise<ConsoleAnswer> {
    const response = await fetch(`${this.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.origin, ...this.#jar.header },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, body: (await response.json()) as ConsoleAnswer['body'] };
  }

  run(connection: string, sql: string, tab = 'main'): Promise<ConsoleAnswer> {
    return this.post('/api/run', { connection, tab, sql });
  }

  check(connection: string, sql: string): Promise<ConsoleAnswer> {
    return this.post('/api/check', { connection, tab: 'main', sql });
  }
}
