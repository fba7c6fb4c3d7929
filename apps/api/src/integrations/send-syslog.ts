import { createConnection, isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { safely } from './destination.js';
import { reasonOf, type Sent } from './send-http.js';

const TIMEOUT_MS = 10_000;

/**
 * Messages framed by octet counting (RFC 6587 3.4.1, RFC 5425). Syslog has no answers: it counts as sent when everything was taken and the
 * other side has closed after us without an error, which is as sure as syslog gets. Never throws.
 */
export async function sendSyslog(
  url: string,
  messages: readonly string[],
  allowPrivate: boolean,
): Promise<Sent> {
  const startedAt = performance.now();
  const ended = (error: string | null): Sent => ({
    ok: error === null,
    status: null,
    error,
    durationMs: Math.round(performance.now() - startedAt),
  });
  try {
    const frames = messages.map((message) => `${Buffer.byteLength(message)} ${message}`);
    await deliver(new URL(url), frames.join(''), allowPrivate);
    return ended(null);
  } catch (error) {
    return ended(reasonOf(error));
  }
}

function deliver(url: URL, text: string, allowPrivate: boolean): Promise<void> {
  const isTls = url.protocol === 'syslog+tls:';
  const { host, lookup } = safely(url.hostname, allowPrivate);
  const options = { host, port: Number(url.port || (isTls ? 6514 : 601)), ...(lookup ? { lookup } : {}) };
  return new Promise((resolve, reject) => {
    // RFC 6066, 3: an address is no name; it is compared with the certificate all the same.
    const servername = isIP(host) === 0 ? host : '';
    const socket: Socket = isTls ? tlsConnect({ ...options, servername }) : createConnection(options);
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })),
      TIMEOUT_MS,
    );
    socket.on(isTls ? 'secureConnect' : 'connect', () => socket.end(text));
    socket.on('error', reject);
    socket.on('close', (hadError) => {
      clearTimeout(timer);
      if (!hadError) resolve();
    });
    // What it says is not wanted, but unread it would keep the connection open.
    socket.resume();
  });
}
