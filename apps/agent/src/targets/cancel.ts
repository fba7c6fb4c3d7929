import type pg from 'pg';
import { type WireClient, wireClient } from './wire-client.js';

const TIMEOUT_MS = 5_000;

/**
 * PostgreSQL's CancelRequest: a connection of its own that names the backend. Resolves when the server has closed it,
 * which it does after the signal is sent, so a later statement is not hit. Never rejects: there is nothing to add
 * to a statement that goes on.
 */
export function requestCancel(config: pg.ClientConfig, running: WireClient): Promise<void> {
  const { processID, secretKey } = running;
  if (processID === null || secretKey === null) return Promise.resolve();
  return new Promise((resolve) => {
    const client = wireClient(config);
    const { connection } = client;
    const timer = setTimeout(() => connection.stream.destroy(), TIMEOUT_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const send = () => connection.cancel(processID, secretKey);
    connection.on('connect', () => (client.ssl ? connection.requestSsl() : send()));
    connection.on('sslconnect', send);
    connection.on('error', done);
    connection.on('end', done);
    if (client.host.startsWith('/')) connection.connect(`${client.host}/.s.PGSQL.${client.port}`);
    else connection.connect(client.port, client.host);
  });
}
