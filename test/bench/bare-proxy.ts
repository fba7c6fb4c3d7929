// The least that a program of Node between client and server costs: both sockets, and not a look at what passes.
import { connect, createServer } from 'node:net';

const [listenPort, serverPort] = process.argv.slice(2).map(Number);
createServer({ noDelay: true }, (client) => {
  const server = connect({ host: '127.0.0.1', port: serverPort ?? 0, noDelay: true });
  client.on('data', (chunk) => server.write(chunk));
  server.on('data', (chunk) => client.write(chunk));
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}).listen(listenPort, '127.0.0.1');
