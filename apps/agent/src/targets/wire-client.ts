import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { DeskSocket } from './desk-socket.js';

/**
 * The parts of node-postgres below its public types that the agent needs: the protocol's own messages. Everything
 * that touches them is in this folder.
 */
export interface WireConnection extends EventEmitter {
  readonly stream: {
    write(bytes: Buffer): boolean;
    cork(): void;
    uncork(): void;
    destroy(error?: Error): void;
    unref(): void;
  };
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  sync(): void;
  sendCopyFail(reason: string): void;
}

export interface WireClient extends Omit<pg.Client, 'connection'> {
  readonly connection: WireConnection;
  readonly processID: number | null;
  readonly secretKey: number | null;
}

export interface FieldMessage {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
  /** OID of the table that the column is one of, and its number there; 0 where it is none. */
  readonly tableID: number;
  readonly columnID: number;
}

export interface ParameterMessage {
  readonly parameterName: string;
  readonly parameterValue: string;
}

export const wireClient = (config: pg.ClientConfig): WireClient =>
  new pg.Client({ ...config, stream: () => new DeskSocket() }) as unknown as WireClient;
