/**
 * How far a plan goes. Modes decide what is *wanted*, so that every plan, once applied, leaves nothing to do:
 * - `authoritative`: the manifest is the whole truth about what it manages;
 * - `adopt`: the same, but no role is dropped and rights of undeclared roles stay;
 * - `additive`: nothing is taken away or changed that exists.
 */
export const MODES = ['authoritative', 'adopt', 'additive'] as const;
export type Mode = (typeof MODES)[number];

export interface ModeRules {
  readonly dropsRoles: boolean;
  readonly revokesUndeclared: boolean;
  /** May change what exists: attributes, owners, comments, rights that are too many. */
  readonly changesExisting: boolean;
}

export const MODE_RULES: Readonly<Record<Mode, ModeRules>> = {
  authoritative: { dropsRoles: true, revokesUndeclared: true, changesExisting: true },
  adopt: { dropsRoles: false, revokesUndeclared: false, changesExisting: true },
  additive: { dropsRoles: false, revokesUndeclared: false, changesExisting: false },
};
