import { streamEvents } from '@postern/protocol/policy-pull';
import { PATHS } from '@postern/protocol/version';
import { createParser } from 'eventsource-parser';
import { type ApiClient, ApiRefusal, ApiUnreachable } from './api-client.js';
import { safeJson } from './identity.js';

/** Nothing for this long, not even a comment, means that the connection is dead (protocol: policy-pull). */
const SILENCE_MS = 45_000;

export interface StreamHandlers {
  opened(): void;
  policy(version: number): void;
  task(): void;
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
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let giveUp: (error: Error) => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  aborted.catch(() => undefined);
  const abort = () => {
    controller.abort();
    giveUp(new ApiUnreachable(new Error('the stream was given up')));
    // On Node 20 the signal may have been collected once the headers are there; the reader has not.
    void reader?.cancel().catch(() => undefined);
  };
  const watch = setTimeout(abort, silenceMs);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const opening = api.open(PATHS.stream, { accept: 'text/event-stream' }, controller.signal);
    opening.catch(() => undefined);
    const response = await Promise.race([opening, aborted]);
    handlers.opened();
    const parser = createParser({ onEvent: (event) => dispatch(event, handlers) });
    const decoder = new TextDecoder();
    reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      watch.refresh();
      parser.feed(decoder.decode(part.value, { stream: true }));
    }
    throw new Error('the stream ended');
  } catch (error) {
    throw error instanceof ApiRefusal || error instanceof ApiUnreachable ? error : new ApiUnreachable(error);
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
  } else if (event.event === 'task') {
    handlers.task();
  } else if (event.event === 'revoked') {
    handlers.revoked();
  }
}
