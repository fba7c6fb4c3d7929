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

/** Canonical texts of parts that many events share. */
const FIXED = new WeakMap<object, string>();

/**
 * Freezes a part that goes into many events (a person, a statement) and keeps its canonical text, so that it is not written anew
 * for each of them. The part must be plain JSON.
 */
export function fixedPart<T extends object>(part: T): T {
  freeze(part);
  FIXED.set(part, canonicalJson(part));
  return part;
}

function freeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}

/**
 * Canonical text of a JSON value: keys sorted by code unit, no white space, undefined members left out
 * (RFC 8785 for the values that audit events hold).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return jsonString(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const fixed = FIXED.get(value);
  if (fixed !== undefined) return fixed;
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of sortedKeys(members)) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${jsonKey(key)}${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Printable ASCII without quote and backslash: what JSON writes as it is. Half the time of asking `JSON.stringify`. */
const AS_IT_IS = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const jsonString = (text: string): string => (AS_IT_IS.test(text) ? `"${text}"` : JSON.stringify(text));

/** Events have few keys; whoever sends others does not fill this. */
const KEYS = new Map<string, string>();
const KEYS_MAX = 500;

function jsonKey(key: string): string {
  const known = KEYS.get(key);
  if (known !== undefined) return known;
  const text = `${jsonString(key)}:`;
  if (KEYS.size < KEYS_MAX) KEYS.set(key, text);
  return text;
}

/** What was canonical once comes back in order: to look is cheaper than to sort. */
function sortedKeys(members: object): string[] {
  const keys = Object.keys(members);
  return keys.every((key, i) => i === 0 || (keys[i - 1] as string) < key) ? keys : keys.sort();
}

/** Hex SHA-256 of a text's UTF-8 bytes. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** How hashes are made: hex SHA-256 of a text's UTF-8 bytes. Where there is a faster one than {@link sha256Hex}, it is given. */
export type Sha256Hex = (text: string) => string;

/** What the hash of an event covers: `prevHash`, `seq` and the event's canonical JSON, one a line. */
export function chainText(prevHash: string, seq: number, canonicalEvent: string): string {
  return `${prevHash}\n${seq}\n${canonicalEvent}`;
}

/** Hash of an event in its chain: SHA-256 over {@link chainText}. */
export function chainHash(prevHash: string, seq: number, event: AuditEvent, hash = sha256Hex): string {
  return hash(chainText(prevHash, seq, canonicalJson(event)));
}

/** Puts an event behind `prevHash` as number `seq`. */
export function chain(
  prevHash: string,
  seq: number,
  event: AuditEvent,
  hash: Sha256Hex = sha256Hex,
): ChainedEvent {
  return { seq, prevHash, hash: chainHash(prevHash, seq, event, hash), event };
}

/** True when the event's own hash is right and it follows `prevHash`. */
export function followsChain(prevHash: string, link: ChainedEvent, hash: Sha256Hex = sha256Hex): boolean {
  return link.prevHash === prevHash && link.hash === chainHash(prevHash, link.seq, link.event, hash);
}
