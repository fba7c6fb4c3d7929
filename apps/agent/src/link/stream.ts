import { streamEvents } from '@postern/protocol/policy-pull';
import { PATHS } from '@postern/protocol/version';
import { createParser } from 'eventsource-parser';
import { type ApiClient, ApiUnreachable } from './api-client.js';
import { safeJson } from './identity.js';

/** Nothing for this long, not even a comment, means that the connection is dead (protocol: policy-pull). */
const SILENCE_MS = 45_000;

export interface StreamHandlers {
  opened(): void;
  policy(version: number): void;
  revoked(): void;
}

/** Reads the stream until it ends. Always ends by throwing: the caller decides when to connect again. */
export async function readStream(
  api: ApiClient,
  handlers: StreamHandlers,
  signal: AbortSignal,
  silenceMs = SILENCE_MS,
): Promise<never> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const watch = setTimeout(abort, silenceMs);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const response = await api.open(PATHS.stream, { accept: 'text/event-stream' }, controller.signal);
    handlers.opened();
    const parser = createParser({ onEvent: (event) => dispatch(event, handlers) });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      watch.refresh();
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
    throw new ApiUnreachable(new Error('the stream ended'));
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', abort);
  }
}

/** Events of unknown names and shapes are ignored: the protocol only grows, and the pull is the truth anyway. */
function dispatch(event: { event?: string | undefined; data: string }, handlers: StreamHandlers): void {
  if (event.event === 'policy') {
    const hint = streamEvents.policy.safeParse(safeJson(event.data));
    if (hint.success) handlers.policy(hint.data.version);
  } else if (event.event === 'revoked') {
    handlers.revoked();
  }
}
