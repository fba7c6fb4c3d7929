import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** True when we could listen on the port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Throws a message that a person can act on when the port is taken. `how` says how to choose another. */
export async function assertPortFree(port: number, what: string, how = ''): Promise<void> {
  if (await isPortFree(port)) return;
  const hint = how === '' ? '' : `, or choose another: ${how}`;
  throw new Error(`port ${port}, wanted by ${what}, is taken by another program; free it${hint}`);
}
