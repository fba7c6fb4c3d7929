import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { CancelKeys } from './cancel-keys.js';
import { errorResponse, negotiateProtocolVersion } from './codec/backend.js';
import { CodecError } from './codec/bytes.js';
import { type StartupPacket, takeStartup } from './codec/startup.js';
import { ClientGone, farewell, Inbox } from './inbox.js';

/** TLS as it is offered; `endpoint` is what sign-ins can be bound to. */
export interface TlsOffer {
  readonly context: SecureContext;
  readonly endpoint: Buffer | undefined;
  readonly isRequired: boolean;
}

/** A client that has said who it is, and proved nothing. */
export interface OpenedConnection {
  readonly socket: Socket;
  readonly inbox: Inbox;
  readonly parameters: ReadonlyMap<string, string>;
  /** TLS version; undefined: not encrypted. */
  readonly tls: string | undefined;
}

/** A client is sent away with a FATAL error. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly sqlstate: string,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** An error as the client's last message. */
export const fatal = ({ sqlstate, message, hint }: Refused | (CodecError & { hint?: string })): Buffer =>
  errorResponse({ severity: 'FATAL', code: sqlstate, message, hint });

const TLS_HELLO = 0x16;
const ALPN = 'postgresql';

type StartupMessage = Extract<StartupPacket, { kind: 'startup' }>;

/** What a connection is at the moment: it becomes another one when it is encrypted. */
interface Line {
  socket: Socket;
  inbox: Inbox;
  tls: TLSSocket | undefined;
}

/**
 * From the first byte to the start-up packet: encryption and cancel requests (PostgreSQL docs, "Start-up"; ProcessStartupPacket
 * in src/backend/tcop/backend_startup.c). Undefined: there is nothing more to do. Refuses by itself.
 */
export async function openConnection(
  raw: Socket,
  offer: TlsOffer | undefined,
  cancels: CancelKeys,
): Promise<OpenedConnection | undefined> {
  const line: Line = { socket: raw, inbox: new Inbox(raw), tls: undefined };
  try {
    const packet = await startupOf(line, offer);
    if (packet.kind === 'cancel') {
      line.inbox.release();
      await cancels.use(packet.processId, packet.secretKey);
      farewell(line.socket, Buffer.alloc(0));
      return undefined;
    }
    checkStartup(packet, line.tls !== undefined, offer);
    negotiate(line.socket, packet);
    const tls = line.tls?.getProtocol() ?? undefined;
    return { socket: line.socket, inbox: line.inbox, parameters: packet.parameters, tls };
  } catch (error) {
    line.inbox.release();
    if (error instanceof Refused || error instanceof CodecError) farewell(line.socket, fatal(error));
    else line.socket.destroy();
    if (error instanceof Refused || error instanceof CodecError || error instanceof ClientGone)
      return undefined;
    throw error;
  }
}

async function startupOf(
  line: Line,
  offer: TlsOffer | undefined,
): Promise<Exclude<StartupPacket, { kind: 'ssl' | 'gssenc' }>> {
  const asked = new Set<string>();
  for (;;) {
    const packet = await line.inbox.take<StartupPacket | { kind: 'hello' }>((bytes) => {
      const isHello = bytes[0] === TLS_HELLO && offer !== undefined && line.tls === undefined;
      return isHello ? { value: { kind: 'hello' }, rest: bytes } : taken(bytes);
    });
    if (packet.kind === 'startup' || packet.kind === 'cancel') return packet;
    if (asked.has(packet.kind)) throw new CodecError('encryption was asked for twice');
    asked.add(packet.kind);
    if (packet.kind === 'hello') await encryptDirectly(line, offer);
    else if (packet.kind === 'ssl' && offer && !line.tls) await encrypt(line, offer);
    else line.socket.write('N');
  }
}

function taken(bytes: Buffer): { value: StartupPacket; rest: Buffer } | undefined {
  const found = takeStartup(bytes);
  return found && { value: found.packet, rest: found.rest };
}

async function encrypt(line: Line, offer: TlsOffer): Promise<void> {
  const early = line.inbox.release();
  // Somebody in between put them there, to be taken for the client's own later (CVE-2021-23214).
  if (early.length > 0) throw new CodecError('received unencrypted data after SSL request');
  line.socket.write('S');
  await secure(line, offer);
}

/** `sslnegotiation=direct`: TLS from the first byte, and by its ALPN it must be meant for us. */
async function encryptDirectly(line: Line, offer: TlsOffer | undefined): Promise<void> {
  if (!offer) return;
  line.socket.unshift(line.inbox.release());
  const tls = await secure(line, offer);
  if (tls.alpnProtocol !== ALPN) throw new CodecError('received direct SSL connection request without ALPN');
}

async function secure(line: Line, { context }: TlsOffer): Promise<TLSSocket> {
  const { socket } = line;
  const tls = new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: [ALPN] });
  tls.on('error', () => undefined);
  // Until it is done, whatever goes wrong ends the connection: in the clear there is nothing more to say.
  await new Promise<void>((resolve, reject) => {
    const gone = () => reject(new ClientGone('the TLS handshake failed'));
    tls.once('secure', resolve).once('close', gone).once('error', gone);
    socket.once('close', gone);
  });
  line.socket = tls;
  line.tls = tls;
  line.inbox = new Inbox(tls);
  return tls;
}

function checkStartup(
  { major, minor, parameters }: StartupMessage,
  isEncrypted: boolean,
  offer?: TlsOffer,
): void {
  if (major !== 3) {
    throw new Refused('0A000', `unsupported frontend protocol ${major}.${minor}: this agent supports 3.0`);
  }
  if (offer?.isRequired && !isEncrypted) {
    const hint = 'set sslmode=require, or switch SSL on in the connection settings of your tool';
    throw new Refused('28000', 'this agent takes encrypted connections only', hint);
  }
  const replication = parameters.get('replication') ?? 'off';
  if (!/^(f|fa|fal|fals|false|n|no|of|off|0)$/i.test(replication)) {
    throw new Refused('0A000', 'replication connections can not be governed, so this agent refuses them');
  }
  if (!parameters.get('user')) {
    throw new Refused('28000', 'no user name specified in startup packet', SIGN_IN_HINT);
  }
}

/** Newer minor versions and options of the protocol are talked down to 3.0 without any, which every client speaks. */
function negotiate(socket: Socket, { minor, parameters }: StartupMessage): void {
  const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  if (minor > 0 || unknown.length > 0) socket.write(negotiateProtocolVersion(0, unknown));
}

/** The same for whatever went wrong: it tells nobody whether a person or a connection exists. */
export const SIGN_IN_HINT =
  'the user is your e-mail address, the database the id of a connection, the password one that you made in Postern; after several failures wait a minute';
