import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { errorFacts } from '../log.js';
import type { ConsoleParts } from './console-parts.js';
import { OUR_FAULT, problemOf } from './http-errors.js';
import { Pieces } from './pieces.js';
import { StreamSocket } from './stream-socket.js';

/** A window that does not answer for this long has gone without a word. */
const PING_EVERY_MS = 20_000;
const POLICY_VIOLATION = 1008;
/** That a statement has begun need not be told before its first rows, where they come soon. */
const WAITS_MS = 10;

/** `/api/stream` (contract-stream.ts). */
export function addStreamRoute(app: FastifyInstance, parts: ConsoleParts): void {
  const pieces = new Pieces();
  app.get('/api/stream', { websocket: true }, (socket, request) => {
    const cookie = request.cookies[parts.cookieName];
    const signedIn = () => parts.sessions.signedIn(cookie).owner;
    const gather = gathering(request.raw.socket);
    const stream = new StreamSocket({
      runner: parts.runner,
      tabs: parts.tabs,
      out: {
        say: (answer) => {
          gather(answer.type === 'begun');
          socket.send(JSON.stringify(answer));
        },
        rows: (bytes, sent) => {
          gather(false);
          socket.send(bytes, sent);
        },
      },
      pieces,
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

/**
 * What is said in one turn of the event loop leaves together: a call of the system takes longer than what it says. What `canWait` goes
 * with the next, if that comes soon.
 */
function gathering(socket: Socket): (canWait: boolean) => void {
  let leaves: 'soon' | 'now' | undefined;
  let timer: NodeJS.Timeout | undefined;
  const leave = (): void => {
    leaves = undefined;
    socket.uncork();
  };
  return (canWait) => {
    if (leaves === 'now' || (leaves === 'soon' && canWait)) return;
    if (leaves === undefined) socket.cork();
    leaves = canWait ? 'soon' : 'now';
    clearTimeout(timer);
    if (canWait) timer = setTimeout(leave, WAITS_MS);
    else setImmediate(leave);
  };
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
