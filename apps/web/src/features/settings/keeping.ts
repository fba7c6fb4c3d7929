/** How long the audit trail is kept (null: for ever), and why all of it is kept for now (null: no hold). */
export interface Keeping {
  days: number | null;
  hold: string | null;
}

/** Whether events may go that would have stayed. */
export function removesMore(before: Keeping, after: Keeping): boolean {
  if (after.hold !== null || after.days === null) return false;
  return before.hold !== null || before.days === null || after.days < before.days;
}
