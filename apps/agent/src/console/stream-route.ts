import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { errorFacts } from '../log.js';
import type { ConsoleParts } from './console-parts.js';
import { OUR_FAULT, problemOf } from './http-errors.js';
import { StreamSocket } from './stream-socket.js';

/** A window that does not answer for this long has gone without a word. */
const PING_EVERY_MS = 20_000;
const POLICY_VIOLATION = 1008;

/** `/api/stream` (contract-stream.ts). */
export function addStreamRoute(app: FastifyInstance, parts: ConsoleParts): void {
  app.get('/api/stream', { websocket: true }, (socket, request) => {
    const cookie = request.cookies[parts.cookieName];
    const signedIn = () => parts.sessions.signedIn(cookie).owner;
    const stream = new StreamSocket({
      runner: parts.runner,
      tabs: parts.tabs,
      out: {
        say: (answer) => socket.send(JSON.stringify(answer)),
        rows: (bytes) => socket.send(bytes),
      },
      signedIn,
      problemOf: (error) => {
        const known = problemOf(error);
        if (!known) parts.log.error(errorFacts(error), 'a run failed');
        return known ?? OUR_FAULT;
      },
      hangUp: (reason) => socket.close(POLICY_VIOLATION, reason),
    });
    try {
      signedIn();
    } catch {
      return socket.close(POLICY_VIOLATION, 'you are not signed in');
    }
    socket.on('message', (data, isBinary) => stream.take(isBinary ? '' : String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => stream.gone());
    keepAlive(socket);
  });
}

function keepAlive(socket: WebSocket): void {
  let isThere = true;
  socket.on('pong', () => {
    isThere = true;
  });
  const timer = setInterval(() => {
    if (!isThere) return socket.terminate();
    isThere = false;
    socket.ping();
  }, PING_EVERY_MS);
  socket.on('close', () => clearInterval(timer));
}
