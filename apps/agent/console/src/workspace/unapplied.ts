import { stagedRows } from '../edit/use-edit';
import type { Workspace } from '../tabs/model';

/** Rows whose staged changes go with the result of a tab; what is pinned stays. */
export function unappliedRows({ outcomes, pinned }: Workspace, tab: string): number {
  const isPinned = new Set((pinned[tab] ?? []).map(({ result }) => result));
  return stagedRows((outcomes[tab]?.results ?? []).filter((result) => !isPinned.has(result)));
}

/** Whether anything at all would be lost with the page. */
export function hasUnapplied(workspace: Workspace): boolean {
  const { tabs, pinned } = workspace;
  return tabs.some(
    ({ id }) =>
      unappliedRows(workspace, id) > 0 || stagedRows((pinned[id] ?? []).map(({ result }) => result)) > 0,
  );
}
