import type { EventEmitter } from 'node:events';
import pg from 'pg';

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
  parse(message: { text: string; name: string; types: readonly number[] }): void;
  bind(message: { portal: string; statement: string; values: readonly (string | null)[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
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
  new pg.Client(config) as unknown as WireClient;
