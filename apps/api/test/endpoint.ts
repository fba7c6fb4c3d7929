import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Somebody's endpoint, which answers as told. */
export class Endpoint {
  readonly received: Received[] = [];
  /** Statuses of the next answers; then 200. */
  answers: number[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Endpoint> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        const status = endpoint.answers.shift() ?? 200;
        if (status < 300) endpoint.received.push({ headers: request.headers, body });
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('thanks');
      });
    });
    const endpoint = new Endpoint(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook?key=c4nary`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
