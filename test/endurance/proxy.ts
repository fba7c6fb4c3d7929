import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of a connection: a reset, an orderly half-close, or silence with the line still up. */
export type Cut = 'reset' | 'half-close' | 'hold';

/** When that happens by itself: after so many bytes in one direction. */
export interface Fate {
  readonly cut: Cut;
  readonly direction: 'up' | 'down';
  readonly afterBytes: number;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  isHeld: boolean;
}

/** A bad network between two programs on this machine. */
export class TcpProxy {
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  readonly #links = new Set<Link>();
  readonly #target: number;
  /** Of the connections to come. */
  fateOf: () => Fate | undefined = () => undefined;
  isRefusing = false;

  private constructor(target: number) {
    this.#target = target;
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get size(): number {
    return this.#links.size;
  }

  cutAll(cut: Cut): void {
    for (const link of this.#links) this.#cut(link, cut);
  }

  release(): void {
    for (const link of this.#links) {
      link.isHeld = false;
      link.client.resume();
      link.server.resume();
    }
  }

  async stop(): Promise<void> {
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.isRefusing) return void client.resetAndDestroy();
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const link: Link = { client, server, isHeld: false };
    this.#links.add(link);
    const fate = this.fateOf();
    this.#pass(link, client, server, fate?.direction === 'up' ? fate : undefined);
    this.#pass(link, server, client, fate?.direction === 'down' ? fate : undefined);
  }

  #pass(link: Link, from: Socket, to: Socket, fate: Fate | undefined): void {
    let left = fate?.afterBytes ?? Number.POSITIVE_INFINITY;
    from.on('error', () => undefined);
    from.on('data', (chunk: Buffer) => {
      const part = chunk.length <= left ? chunk : chunk.subarray(0, left);
      left -= part.length;
      if (part.length > 0 && to.writable && !to.write(part)) from.pause();
      if (left <= 0 && fate) this.#cut(link, fate.cut);
    });
    to.on('drain', () => link.isHeld || from.resume());
    from.on('end', () => to.end());
    from.on('close', (hadError) => {
      if (hadError) to.resetAndDestroy();
      else to.destroySoon();
      this.#links.delete(link);
    });
  }

  #cut(link: Link, cut: Cut): void {
    const { client, server } = link;
    switch (cut) {
      case 'reset':
        client.resetAndDestroy();
        server.resetAndDestroy();
        return;
      case 'half-close':
        client.end();
        server.end();
        return;
      case 'hold':
        link.isHeld = true;
        client.pause();
        server.pause();
        return;
    }
  }
}
