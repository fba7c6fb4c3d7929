import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { type AuditEvent, auditEvent } from './event.js';

/** Hash that stands before an agent's first event. */
export const CHAIN_START = '0'.repeat(64);

/** An event in an agent's chain: numbered from 1 without gaps, each hash covering the one before it. */
export const chainedEvent = z.object({
  seq: z.number().int().positive(),
  prevHash: z.string().length(64),
  hash: z.string().length(64),
  event: auditEvent,
});
export type ChainedEvent = z.infer<typeof chainedEvent>;

/**
 * Canonical text of a JSON value: keys sorted by code unit, no white space, undefined members left out
 * (RFC 8785 for the values that audit events hold).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Hex SHA-256 of a text's UTF-8 bytes. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** What the hash of an event in its chain covers: `prevHash`, `seq` and the event's canonical JSON, one a line. */
export function chainText(prevHash: string, seq: number, canonicalEvent: string): string {
  return `${prevHash}\n${seq}\n${canonicalEvent}`;
}

/** Hash of an event in its chain: SHA-256 over {@link chainText}. */
export function chainHash(prevHash: string, seq: number, event: AuditEvent): string {
  return sha256Hex(chainText(prevHash, seq, canonicalJson(event)));
}

/** Puts an event behind `prevHash` as number `seq`. */
export function chain(prevHash: string, seq: number, event: AuditEvent): ChainedEvent {
  return { seq, prevHash, hash: chainHash(prevHash, seq, event), event };
}

/** True when the event's own hash is right and it follows `prevHash`. */
export function followsChain(prevHash: string, link: ChainedEvent): boolean {
  return link.prevHash === prevHash && link.hash === chainHash(prevHash, link.seq, link.event);
}
