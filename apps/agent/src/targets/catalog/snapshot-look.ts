import type pg from 'pg';
import type { WireClient, WireConnection } from '../wire-client.js';

const NAME = 'postern_snapshot';

const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);
const message = (type: string, body: Buffer): Buffer => {
  const bytes = Buffer.concat([Buffer.from(type), Buffer.alloc(4), body]);
  bytes.writeUInt32BE(bytes.length - 1, 1);
  return bytes;
};

/** Bind of no parameters, Execute of all rows, Sync. */
const LOOK = Buffer.concat([
  message('B', Buffer.concat([cstring(''), cstring(NAME), Buffer.alloc(6)])),
  message('E', Buffer.concat([cstring(''), Buffer.alloc(4)])),
  message('S', Buffer.alloc(0)),
]);

/** Before the first look in a session. */
export async function prepareLook(client: WireClient): Promise<void> {
  await client.query(`prepare ${NAME} as select pg_catalog.pg_current_snapshot()::pg_catalog.text`);
}

/** Which transactions others see as ended, as text. The cheapest question there is, because it is asked before every statement. */
export function lookAtSnapshot(client: WireClient): Promise<string> {
  return new Promise((resolve, reject) =>
    client.query(new Look(resolve, reject) as unknown as pg.Submittable),
  );
}

/** A query as node-postgres runs it, without what it does for those that are not known beforehand. */
class Look {
  readonly #resolve: (snapshot: string) => void;
  readonly #reject: (error: Error) => void;
  #snapshot: string | undefined;
  /** Node-postgres ends queries by calling it when a connection ends. */
  callback = (): void => undefined;

  constructor(resolve: (snapshot: string) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: WireConnection): void {
    connection.stream.write(LOOK);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    this.#snapshot = fields[0] ?? undefined;
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (this.#snapshot === undefined) this.#reject(new Error('the server did not tell its snapshot'));
    else this.#resolve(this.#snapshot);
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}
