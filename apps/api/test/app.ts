import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../src/config.js';
import { createApp } from '../src/create-app.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export interface GraphqlAnswer<T = Record<string, unknown>> {
  status: number;
  data: T | null;
  errors: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; field?: string; fix?: string; [more: string]: unknown };
  }[];
  /** `name=value` of the session cookie that came with the answer. */
  cookie: string | undefined;
  headers: Record<string, unknown>;
}

/** The api on a database of its own, spoken to without a port. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  graphql<T = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    cookie?: string,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer<T>>;
  close(): Promise<void>;
}

export async function startTestApp(more: Partial<Config> = {}): Promise<TestApp> {
  const database = await createTestDatabase(more);
  const app = await createApp(database.config);
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    database,
    graphql: (query, variables, cookie, headers) => ask(app, query, variables, cookie, headers),
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}

async function ask<T>(
  app: NestFastifyApplication,
  query: string,
  variables: Record<string, unknown> = {},
  cookie?: string,
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer<T>> {
  const answer = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    payload: JSON.stringify({ query, variables }),
  });
  const body = answer.json<{ data?: T | null; errors?: GraphqlAnswer<T>['errors'] }>();
  const session = answer.cookies.find((candidate) => candidate.name === 'postern_session');
  return {
    status: answer.statusCode,
    data: body.data ?? null,
    errors: body.errors ?? [],
    cookie: session === undefined ? undefined : `${session.name}=${session.value}`,
    headers: answer.headers,
  };
}
