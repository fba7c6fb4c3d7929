/** Reads Server-Sent Events from a real socket. */
export interface EventStream {
  readonly events: { event: string; data: unknown; at: number }[];
  readonly comments: string[];
  /** Settles when the server ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

export async function openStream(url: string, headers: Record<string, string>): Promise<EventStream> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  if (response.status !== 200 || !response.body)
    throw new Error(`stream: ${response.status} ${await response.text()}`);
  const events: EventStream['events'] = [];
  const comments: string[] = [];
  const read = async (body: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    let pending = '';
    for await (const chunk of body) {
      pending += decoder.decode(chunk, { stream: true });
      const blocks = pending.split('\n\n');
      pending = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        if (block.startsWith(':')) comments.push(block);
        else
          events.push({
            event: field('event') ?? '',
            data: JSON.parse(field('data') ?? 'null'),
            at: performance.now(),
          });
      }
    }
  };
  const ended = read(response.body).catch(() => {});
  return { events, comments, ended, close: () => stop.abort() };
}
