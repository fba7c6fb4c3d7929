import {
  type CheckResponse,
  type ConnectionsResponse,
  type ConsoleError,
  checkResponse,
  connectionsResponse,
  consoleError,
  type ExportProgress,
  type ExportRequest,
  exportProgress,
  exportTicket,
  type MeResponse,
  meResponse,
  type RunRequest,
  type RunResponse,
  runResponse,
  type TableRequest,
  type TableResponse,
  tableResponse,
} from '@postern/agent/console-contract';
import type { z } from 'zod';
import { sessionEnded } from './session';

/** What an endpoint answers when it does not answer what was asked. */
export type ErrorDetail = ConsoleError['error'];

/** A call that failed; `status` 0 means that the agent did not answer at all. */
export class ConsoleFailure extends Error {
  override readonly name = 'ConsoleFailure';
  constructor(
    readonly status: number,
    readonly detail: ErrorDetail,
  ) {
    super(detail.message);
  }
}

const UNREACHABLE: ErrorDetail = {
  code: 'agent.unreachable',
  message: 'the agent does not answer',
  fix: 'check that it runs and that you are on its network, then try again; what you typed is kept',
};

const UNREADABLE: ErrorDetail = {
  code: 'internal',
  message: 'the agent answered something that this page does not understand',
  fix: 'reload the page; if it stays, the agent and its console have different versions',
};

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ConsoleFailure(0, UNREACHABLE);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    return undefined;
  }
}

async function request(path: string, init: RequestInit): Promise<Response> {
  const response = await send(path, init);
  if (response.ok) return response;
  if (response.status === 401) sessionEnded(true);
  const parsed = consoleError.safeParse(await bodyOf(response));
  throw new ConsoleFailure(response.status, parsed.success ? parsed.data.error : UNREADABLE);
}

async function parsed<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const result = schema.safeParse(await bodyOf(response));
  if (!result.success) throw new ConsoleFailure(response.status, UNREADABLE);
  return result.data;
}

function posted(body: unknown, signal?: AbortSignal): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  };
}

/** A GET whose answer has that shape. */
export async function get<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
  return parsed(await request(path, { signal: signal ?? null }), schema);
}

/** A POST that answers with nothing. */
export async function post(path: string, body: unknown): Promise<void> {
  await request(path, posted(body));
}

/** A POST whose answer has that shape. */
export async function ask<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
  return parsed(await request(path, posted(body)), schema);
}

/** The agent's HTTP API, typed by `apps/agent/src/console/contract.ts`. Rejects with {@link ConsoleFailure}. */
export const api = {
  async me(signal?: AbortSignal): Promise<MeResponse> {
    const me = await parsed(await request('/api/me', { signal: signal ?? null }), meResponse);
    sessionEnded(false);
    return me;
  },
  async connections(signal?: AbortSignal): Promise<ConnectionsResponse['connections']> {
    const response = await request('/api/connections', { signal: signal ?? null });
    return (await parsed(response, connectionsResponse)).connections;
  },
  async run(body: RunRequest, signal?: AbortSignal): Promise<RunResponse> {
    return parsed(await request('/api/run', posted(body, signal)), runResponse);
  },
  async table(body: TableRequest): Promise<TableResponse> {
    return parsed(await request('/api/table', posted(body)), tableResponse);
  },
  async exportTicket(body: ExportRequest): Promise<{ id: string; url: string }> {
    return parsed(await request('/api/export', posted(body)), exportTicket);
  },
  async exportProgress(id: string): Promise<ExportProgress> {
    return parsed(await request(`/api/export/${id}/progress`, {}), exportProgress);
  },
  async check(body: RunRequest, signal?: AbortSignal): Promise<CheckResponse> {
    return parsed(await request('/api/check', posted(body, signal)), checkResponse);
  },
  async cancel(tab: string): Promise<void> {
    await request('/api/cancel', posted({ tab }));
  },
  async close(tab: string): Promise<void> {
    await request('/api/close', posted({ tab }));
  },
  async signOut(): Promise<void> {
    await request('/auth/logout', posted({}));
  },
};
