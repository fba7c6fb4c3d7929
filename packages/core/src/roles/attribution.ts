import {
  type AccessEffect,
  type AccessItem,
  covers,
  effectOf,
  itemsOf,
  type TouchedItem,
} from './access-item.js';
import type { Change } from './changes.js';
import type { RoleGraph } from './graph.js';
import { objectKey } from './graph.js';

/** Something that is known to have changed access: who, when, what of it. */
export interface Evidence {
  /** A statement that went through the agent, or an apply of a manifest. */
  readonly source: 'statement' | 'apply';
  /** RFC 3339, UTC. */
  readonly at: string;
  /** What a person recognises: an e-mail address. */
  readonly actor: string;
  /** Id of the audit event. */
  readonly reference: string;
  readonly text: string;
  readonly touches: readonly TouchedItem[];
}

/** Evidence of one place, and the time that it can speak for. */
export interface Trail {
  readonly from: string;
  readonly until: string;
  readonly events: readonly Evidence[];
}

/** Where a difference between manifest and database comes from, as far as can be told. */
export type DriftCause =
  /** The manifest of before would not ask for it. */
  | { readonly cause: 'manifest' }
  | ({ readonly cause: 'statement' | 'apply' } & Known)
  /** No trail knows of it. `lastKnown`: what the trail knows of the same thing before that. */
  | { readonly cause: 'outside'; readonly lastKnown: Known | null }
  /** There is no trail, or it does not reach that far. */
  | { readonly cause: 'unknown' };

type Known = Pick<Evidence, 'at' | 'actor' | 'reference' | 'text'>;

/** A cause, and for how many objects of the change it is the one. */
export type Attribution = DriftCause & {
  readonly items: number;
  /** When the server last wrote it (the latest of these objects), where it keeps commit timestamps. */
  readonly changedAt: string | null;
  /** Who granted what is there too much. */
  readonly grantors: readonly string[];
};

/** Of a change, what its cause can be told by. */
export interface Difference {
  readonly kind: string;
  /** What it is about, the first {@link ITEMS_MAX}. */
  readonly items: readonly AccessItem[];
  /** What the change does to them; their cause did the opposite. */
  readonly effect?: AccessEffect | undefined;
  /** Who granted what is there too much. */
  readonly grantors: readonly string[];
}

/** Of one change. A statement names no more objects, and they seldom have different stories. */
export const ITEMS_MAX = 500;

export function differenceOf(change: Change, current: RoleGraph): Difference {
  const items: AccessItem[] = [];
  for (const item of itemsOf(change)) if (items.push(item) === ITEMS_MAX) break;
  const { kind } = change;
  return { kind, items, effect: effectOf(change), grantors: grantorsOf(change, current) };
}

export interface AttributionInput {
  readonly differences: readonly Difference[];
  /** What the previous version of the manifest would change now; absent when nobody has it. */
  readonly previous?: readonly Change[];
  readonly trails?: readonly Trail[];
  /** When the server last wrote the thing; undefined when it does not tell. */
  readonly changedAt?: (item: AccessItem) => string | undefined;
}

/** A statement is recorded before or after its transaction commits; this far apart they are still the same. */
const SAME_MS = 5 * 60_000;
/**
 * Says for each change what is likely to have made it necessary: a newer manifest, a statement or an apply that the trail
 * knows, or somebody outside Postern. One list of causes a change, the most frequent first.
 */
export function attributeDrift(input: AttributionInput): readonly (readonly Attribution[])[] {
  const asked = input.previous === undefined ? undefined : keysOf(input.previous);
  const index = new EvidenceIndex(input.trails ?? []);
  return input.differences.map(({ kind, items, effect, grantors }) => {
    const found = new Map<string, Attribution>();
    for (const item of items) {
      const changedAt = input.changedAt?.(item) ?? null;
      const isNew = asked !== undefined && !asked.has(keyOf(kind, item));
      const cause: DriftCause = isNew ? { cause: 'manifest' } : index.causeOf(item, effect, changedAt);
      const key = JSON.stringify(cause);
      const before = found.get(key);
      const latest =
        [before?.changedAt, changedAt]
          .filter((at) => at != null)
          .sort()
          .at(-1) ?? null;
      found.set(key, { ...cause, items: (before?.items ?? 0) + 1, changedAt: latest, grantors });
    }
    return [...found.values()].sort((a, b) => b.items - a.items);
  });
}

class EvidenceIndex {
  readonly #byRole = new Map<string | undefined, Evidence[]>();
  constructor(readonly trails: readonly Trail[]) {
    for (const { events } of trails)
      for (const event of events)
        for (const role of new Set(event.touches.map((touch) => touch.role)))
          this.#byRole.set(role, [...(this.#byRole.get(role) ?? []), event]);
  }

  /** `undoing`: what the change does; its cause did the opposite. */
  causeOf(item: AccessItem, undoing: AccessEffect | undefined, changedAt: string | null): DriftCause {
    const events = this.#about(item);
    const last = events.filter(({ at }) => changedAt === null || distance(at, changedAt) <= SAME_MS).at(-1);
    if (last && !doesTheSame(last, item, undoing)) return { cause: last.source, ...known(last) };
    const reaches = this.trails.some(
      ({ from, until }) => changedAt === null || (from <= changedAt && changedAt <= until),
    );
    if (!reaches) return { cause: 'unknown' };
    const before = events.filter(({ at }) => changedAt === null || at < changedAt).at(-1);
    return { cause: 'outside', lastKnown: before === undefined ? null : known(before) };
  }

  /** In the order of time. */
  #about(item: AccessItem): Evidence[] {
    const candidates =
      item.role === undefined
        ? [...new Set([...this.#byRole.values()].flat())]
        : [...new Set([...(this.#byRole.get(item.role) ?? []), ...(this.#byRole.get(undefined) ?? [])])];
    return candidates
      .filter(({ touches }) => touches.some((touch) => covers(touch, item)))
      .sort((a, b) => (a.at < b.at ? -1 : 1));
  }
}

/** What was last done goes the same way as the change: whatever made the change necessary came after it. */
function doesTheSame({ touches }: Evidence, item: AccessItem, undoing: AccessEffect | undefined): boolean {
  const effects = touches.filter((touch) => covers(touch, item)).map(({ effect }) => effect);
  return undoing !== undefined && effects.every((effect) => effect === undoing);
}

const known = ({ at, actor, reference, text }: Evidence): Known => ({ at, actor, reference, text });
const distance = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b));

function keysOf(changes: readonly Change[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const change of changes) for (const item of itemsOf(change)) keys.add(keyOf(change.kind, item));
  return keys;
}

/** The direction counts: a manifest that now revokes what it granted before is the cause of the revoke. */
const keyOf = (kind: string, item: AccessItem): string =>
  [kind, item.aspect, item.role, item.group, item.schema, item.name].join('\0');

function grantorsOf(change: Change, { objects }: RoleGraph): readonly string[] {
  if (change.kind === 'revoke_membership') return [change.grantor];
  if (change.kind !== 'revoke') return [];
  const grantors = new Set<string>();
  for (const ref of change.objects.slice(0, ITEMS_MAX)) {
    const state = objects.get(objectKey(ref));
    const lists = change.columns?.map((column) => state?.columns?.get(column) ?? []) ?? [state?.acl ?? []];
    for (const { grantee, grantor, privileges } of lists.flat())
      if (grantee === change.grantee && privileges & change.privileges) grantors.add(grantor);
  }
  return [...grantors].sort();
}
