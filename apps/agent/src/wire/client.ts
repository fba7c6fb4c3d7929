import type { Socket } from 'node:net';
import type { PolicyConnection, Principal } from '@postern/core/policy';

/** A PostgreSQL client that has signed in: AuthenticationOk is sent, nothing after it. */
export interface SignedInClient {
  /** Id of its session in the audit trail. */
  readonly id: string;
  /** A plain or TLS socket, paused, with no listener but one that swallows errors. */
  readonly socket: Socket;
  /** Bytes that were read from it already and belong to the session. */
  readonly rest: Buffer;
  readonly principal: Principal;
  readonly connection: PolicyConnection;
  /** Start-up parameters as sent, none of them checked: without `user`, `database`, `replication`, `application_name`. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly application: string;
  /** IP address and port. */
  readonly address: string;
  /** TLS version; undefined: not encrypted. */
  readonly tls: string | undefined;
}
