import { api, ConsoleFailure } from '../api/client';
import { keptOf, useKept } from '../results/kept';
import type { ResultSet } from '../results/result-set';
import {
  type Change,
  type EditTarget,
  editTarget,
  NOTHING_STAGED,
  type Staged,
  stagedCount,
  statementsOf,
  tableOf,
} from './staged';
import { problemOf } from './validate';

/** A row of the result, or, below zero, one that is added: -1 is the first. */
export type RowId = number;
const addedIndex = (row: RowId): number => -row - 1;

export interface EditContext {
  readonly connection: string;
  readonly tab: string;
}

const STAGED = 'edit.staged';

/** How many rows of these results have changes that nobody has applied or discarded. */
export const stagedRows = (results: readonly ResultSet[]): number =>
  results.reduce((sum, result) => sum + stagedCount(keptOf<Staged>(result, STAGED) ?? NOTHING_STAGED), 0);

/** Staged changes of one result. Nothing reaches the database before `statements` are run. */
export function useEdit(result: ResultSet, { connection, tab }: EditContext) {
  const [target, setTarget] = useKept<EditTarget | null>(result, 'edit.target', null);
  const [why, setWhy] = useKept<string | null>(result, 'edit.why', null);
  const [staged, setStaged] = useKept<Staged>(result, STAGED, NOTHING_STAGED);
  const [problem, setProblem] = useKept<string | null>(result, 'edit.problem', null);

  const start = async () => {
    const found = tableOf(result.columns);
    if ('why' in found) return setWhy(found.why);
    try {
      const facts = await api.table({ connection, tab, table: found.table });
      const next = editTarget(result.columns, facts);
      if ('why' in next) setWhy(next.why);
      else setTarget(next);
    } catch (error) {
      setWhy(error instanceof ConsoleFailure ? error.detail.message : 'the table can not be looked at');
    }
  };
  const discard = () => {
    setStaged(NOTHING_STAGED);
    setProblem(null);
  };
  const stop = () => {
    discard();
    setTarget(null);
    setWhy(null);
  };

  const changesOf = (row: RowId): ReadonlyMap<number, Change> | undefined =>
    row < 0 ? staged.added[addedIndex(row)] : staged.changed.get(row);

  /** Puts changes into rows, all of them or none: `undefined` takes a change back. */
  const put = (cells: readonly { row: RowId; column: number; change: Change | undefined }[]): boolean => {
    for (const { column, change } of cells) {
      const found = change === undefined ? undefined : problemOf(target?.columns[column], change);
      if (found !== undefined) {
        setProblem(found);
        return false;
      }
    }
    setProblem(null);
    setStaged((now) => cells.reduce(withCell(result), now));
    return true;
  };

  const add = (changes: ReadonlyMap<number, Change> = new Map()) =>
    setStaged((now) => ({ ...now, added: [...now.added, changes] }));

  /** A copy of a row, without what the database makes itself and without its key. */
  const duplicate = (row: RowId) => {
    if (target === null) return;
    const copied = target.columns.flatMap((column, index): [number, Change][] => {
      if (column?.generated !== 'no' || target.key.includes(index)) return [];
      const change = changesOf(row)?.get(index);
      if (change !== undefined) return [[index, change]];
      return row < 0 ? [] : [[index, { value: result.rows.value(row, index) ?? null }]];
    });
    add(new Map(copied));
  };

  const toggleDeleted = (rows: readonly RowId[]) =>
    setStaged((now) => {
      const isUndo = rows.every((row) => now.deleted.has(row));
      const deleted = new Set(now.deleted);
      for (const row of rows) {
        if (row >= 0 && isUndo) deleted.delete(row);
        else if (row >= 0) deleted.add(row);
      }
      const added = now.added.filter((_, index) => !rows.includes(-index - 1));
      return { ...now, deleted, added };
    });

  return {
    isOn: target !== null,
    target,
    why,
    staged,
    problem,
    setProblem,
    count: stagedCount(staged),
    start: () => void start(),
    stop,
    discard,
    changesOf,
    put,
    add: () => add(),
    addAll: (rows: readonly ReadonlyMap<number, Change>[]) =>
      setStaged((now) => ({ ...now, added: [...now.added, ...rows] })),
    duplicate,
    toggleDeleted,
    statements: (): string[] =>
      target === null
        ? []
        : statementsOf(staged, target, (row, column) => result.rows.value(row, column) ?? null),
  };
}

export type Edit = ReturnType<typeof useEdit>;

/** A value that is what it was is no change. */
const withCell =
  (result: ResultSet) =>
  (
    now: Staged,
    { row, column, change }: { row: RowId; column: number; change: Change | undefined },
  ): Staged => {
    const isSame =
      row >= 0 &&
      change !== undefined &&
      change !== 'default' &&
      change.value === result.rows.value(row, column);
    const isTakenBack = change === undefined || isSame;
    const next = new Map(row < 0 ? now.added[addedIndex(row)] : now.changed.get(row));
    if (isTakenBack) next.delete(column);
    else next.set(column, change);
    if (row < 0) {
      return { ...now, added: now.added.map((old, index) => (index === addedIndex(row) ? next : old)) };
    }
    const changed = new Map(now.changed);
    if (next.size === 0) changed.delete(row);
    else changed.set(row, next);
    return { ...now, changed };
  };
