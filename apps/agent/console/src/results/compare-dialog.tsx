import { useMemo, useState } from 'react';
import type { Pin } from '../tabs/model';
import { Modal } from '../ui/modal';
import { Scroll } from '../ui/scroll';
import { CellValue } from './cell';
import { comparedColumns, compareResults, type RowChange } from './compare';
import { count, plural } from './format';
import type { ResultSet } from './result-set';

/** Differences in sight; with more, another key or a narrower query tells more. */
const SHOWN = 500;
/** Rows of both together: more would keep the window waiting. */
const COMPARED_MAX = 400_000;

const MARKS: Readonly<Record<RowChange['kind'], { sign: string; tone: string }>> = {
  added: { sign: '+', tone: 'bg-(--added)' },
  removed: { sign: '−', tone: 'bg-danger-soft' },
  changed: { sign: '≠', tone: 'bg-warn-soft' },
};

function ChangeLine({ change }: { change: RowChange }) {
  const { kind, key, cells } = change;
  const { sign, tone } = MARKS[kind];
  return (
    <tr className="border-line border-t align-top">
      <td className={`whitespace-nowrap px-2 py-1 ${tone}`}>
        <span aria-hidden="true">{sign} </span>
        {kind}
      </td>
      <td className="px-2 py-1 font-mono text-[12px]">
        {key.map((value, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a key go by their place
          <span key={at}>
            {at > 0 && ', '}
            <CellValue value={value} />
          </span>
        ))}
      </td>
      <td className="px-2 py-1 font-mono text-[12px]">
        {cells.map(({ column, before, after }) => (
          <div key={column} className="break-words">
            <span className="font-sans text-muted">{column}: </span>
            <CellValue value={before} /> → <CellValue value={after} />
          </div>
        ))}
      </td>
    </tr>
  );
}

interface KeysProps {
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  readonly onKeys: (keys: readonly string[]) => void;
}

function Keys({ columns, keys, onKeys }: KeysProps) {
  return (
    <fieldset className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <legend className="float-left mr-3 text-muted">Rows are the same with the same</legend>
      {columns.map((column) => (
        <label key={column} className="inline-flex items-center gap-1.5 font-mono text-[12px]">
          <input
            type="checkbox"
            checked={keys.includes(column)}
            onChange={({ target }) =>
              onKeys(columns.filter((other) => (other === column ? target.checked : keys.includes(other))))
            }
          />
          {column}
        </label>
      ))}
    </fieldset>
  );
}

interface CompareProps {
  readonly result: ResultSet;
  readonly pins: readonly Pin[];
  readonly onClose: () => void;
}

/** What became of a pinned result: rows that came, went and changed. */
export default function CompareDialog({ result, pins, onClose }: CompareProps) {
  const [at, setAt] = useState(pins.length - 1);
  const before = pins[at]?.result ?? result;
  const columns = useMemo(() => comparedColumns(before, result), [before, result]);
  const [chosen, setKeys] = useState<readonly string[]>(() => columns.slice(0, 1));
  const keys = useMemo(() => chosen.filter((key) => columns.includes(key)), [chosen, columns]);
  const isTooLong = before.rows.count + result.rows.count > COMPARED_MAX;
  const comparison = useMemo(
    () => (keys.length === 0 || isTooLong ? undefined : compareResults(before, result, keys)),
    [before, result, keys, isTooLong],
  );
  const of = (kind: RowChange['kind']) =>
    comparison?.changes.filter((change) => change.kind === kind).length ?? 0;
  return (
    <Modal wide title="Compare with a pinned result" onClose={onClose}>
      <div className="flex flex-col gap-3">
        <label className="flex items-center gap-2">
          <span className="text-muted">Before</span>
          <select
            value={at}
            onChange={({ target }) => setAt(Number(target.value))}
            className="h-7 min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-1.5"
          >
            {pins.map(({ outcome, result: pinned }, index) => (
              <option key={`${outcome.id} ${pinned.statement}`} value={index}>
                {pinned.textIn(outcome.sql).replace(/\s+/g, ' ').slice(0, 100)} ·{' '}
                {plural(pinned.rows.count, 'row')}
              </option>
            ))}
          </select>
        </label>
        <Keys {...{ columns, keys }} onKeys={setKeys} />
        {comparison === undefined ? (
          <p role="status">
            {isTooLong
              ? `These are too many rows to compare here: ${plural(COMPARED_MAX, 'row')} of both together are the most.`
              : columns.length === 0
                ? 'The two have no column in common.'
                : 'Choose what tells rows apart.'}
          </p>
        ) : (
          <>
            <p role="status">
              {count(of('added'))} added, {count(of('removed'))} removed, {count(of('changed'))} changed,{' '}
              {count(comparison.same)} the same
              {comparison.ambiguous > 0 &&
                `; ${plural(comparison.ambiguous, 'row')} share their key with another and are matched in their order`}
            </p>
            {[...comparison.onlyBefore, ...comparison.onlyAfter].length > 0 && (
              <p className="text-muted">
                Not compared, because only one of the two has it:{' '}
                {[...comparison.onlyBefore, ...comparison.onlyAfter].join(', ')}
              </p>
            )}
            {comparison.changes.length > 0 && (
              <Scroll label="Differences">
                <table className="w-full text-left">
                  <thead className="text-muted">
                    <tr>
                      <th className="w-28 px-2 py-1 font-medium">Row</th>
                      <th className="px-2 py-1 font-medium">{keys.join(', ')}</th>
                      <th className="px-2 py-1 font-medium">What changed</th>
                    </tr>
                  </thead>
                  <tbody>
                    {comparison.changes.slice(0, SHOWN).map((change, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a comparison is made anew as a whole
                      <ChangeLine key={index} change={change} />
                    ))}
                  </tbody>
                </table>
              </Scroll>
            )}
            {comparison.changes.length > SHOWN && (
              <p className="text-muted">The first {SHOWN} differences are shown.</p>
            )}
          </>
        )}
      </div>
    </Modal>
  );
}
