import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that nobody outside may have the control plane talk to: its own, its network's, and what is no address of one host. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');

/** Global unicast is 2000::/3 alone; of that, what is set apart or holds an IPv4 address (Teredo, 6to4). */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');
const PRIVATE_6 = new BlockList();
PRIVATE_6.addSubnet('2001::', 23, 'ipv6');
PRIVATE_6.addSubnet('2001:db8::', 32, 'ipv6');
PRIVATE_6.addSubnet('2002::', 16, 'ipv6');
PRIVATE_6.addSubnet('3fff::', 20, 'ipv6');

/** True for addresses that the whole internet may know. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address, 'ipv4');
  if (isIP(address) !== 6) return false;
  const bare = address.replace(/%.*$/, '');
  return GLOBAL.check(bare, 'ipv6') && !PRIVATE_6.check(bare, 'ipv6');
}

export class DestinationRefused extends Error {
  override readonly name = 'DestinationRefused';
}

const refused = (): DestinationRefused =>
  new DestinationRefused('the address is private; the control plane sends to public ones only');

/**
 * A look-up for sockets that gives public addresses only. The socket connects to what was checked here, so a name that answers
 * differently the next time (DNS rebinding) gains nothing. Names that also have a private address are refused as a whole.
 */
export const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error) return done(error, '');
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) return done(refused(), '');
    return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
  });
};

const LOOKUP_WITHIN_MS = 2_000;

/**
 * Whether nothing could be sent there, as far as can be told now: the address is private, or the name has a private one. A name that
 * nobody knows yet may become known; it is looked up again, and checked, each time that something is sent.
 */
export async function isPrivateDestination(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, LOOKUP_WITHIN_MS, false).unref());
  const looked = new Promise<boolean>((resolve) =>
    publicLookup(host, { all: true }, (error) => resolve(error instanceof DestinationRefused)),
  );
  return Promise.race([looked, late]);
}

/** What a socket is given to connect safely. Literal addresses are never looked up, so they are checked here. */
export function safely(hostname: string, allowPrivate: boolean): { host: string; lookup?: LookupFunction } {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (allowPrivate) return { host };
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused();
  return { host, lookup: publicLookup };
}
