import { useState } from 'react';
import { CellValue } from '../results/cell';
import { plural } from '../results/format';
import { Button } from '../ui/button';
import { Modal } from '../ui/modal';
import { Prose } from '../ui/prose';
import { type Delimiter, fieldsOf } from './paste';
import type { Change, EditTarget, TableColumn } from './staged';
import { problemOf } from './validate';

/** What fits into one text of the agent's, with room for wide rows. */
const ROWS_MAX = 5_000;
const PREVIEW_ROWS = 5;
const PROBLEMS_SHOWN = 3;

interface ImportProps {
  readonly target: EditTarget;
  readonly onStage: (rows: readonly ReadonlyMap<number, Change>[]) => void;
  readonly onClose: () => void;
}

interface Loaded {
  readonly names: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** By the separator that the first line has most of. */
function loaded(text: string): Loaded {
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const counts = ([',', ';', '\t'] as Delimiter[]).map((sign) => [sign, line.split(sign).length] as const);
  const [delimiter] = counts.reduce((most, next) => (next[1] > most[1] ? next : most));
  const [names = [], ...rows] = fieldsOf(text.replace(/^\ufeff/, ''), delimiter);
  return { names: names.map((name) => name ?? ''), rows };
}

type Row = ReadonlyMap<number, Change>;

interface MappingProps {
  readonly column: TableColumn;
  readonly index: number;
  readonly names: readonly string[];
  readonly source: number | undefined;
  readonly rows: readonly Row[];
  readonly onSource: (at: number | undefined) => void;
}

/** One column of the table: where its values come from, and the first of them. */
function Mapping({ column, index, names, source, rows, onSource }: MappingProps) {
  return (
    <tr className="border-line border-t align-top">
      <th scope="row" className="py-1.5 font-medium">
        {column.name} <span className="text-[11px] text-muted">{column.type}</span>
      </th>
      <td className="py-1">
        <select
          aria-label={`Source of ${column.name}`}
          className="h-7 rounded-md border border-line bg-surface px-1.5"
          value={source ?? ''}
          onChange={({ target: { value } }) => onSource(value === '' ? undefined : Number(value))}
        >
          <option value="">its default</option>
          {names.map((name, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, places never move
            <option key={at} value={at}>
              {name}
            </option>
          ))}
        </select>
      </td>
      <td className="truncate py-1.5 font-mono text-[12px]">
        {rows.slice(0, PREVIEW_ROWS).map((row, at) => {
          const change = row.get(index);
          if (change === undefined || change === 'default') return null;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a preview that never moves
            <span key={at} className="mr-3">
              <CellValue value={change.value} />
            </span>
          );
        })}
      </td>
    </tr>
  );
}

function problemsOf(rows: readonly Row[], target: EditTarget): string[] {
  return rows.flatMap((row, at) =>
    [...row].flatMap(([index, change]) => {
      const problem = problemOf(target.columns[index], change);
      return problem === undefined ? [] : [`line ${at + 2}: ${problem}`];
    }),
  );
}

/** Rows of a CSV file as rows that are added: which of its columns goes where, the first ones to look at, and what does not fit. */
export function ImportDialog({ target, onStage, onClose }: ImportProps) {
  const [file, setFile] = useState<Loaded | null>(null);
  const [sources, setSources] = useState<ReadonlyMap<number, number>>(new Map());
  const columns = target.columns.flatMap((column, index) =>
    column && column.generated !== 'always' ? [{ column, index }] : [],
  );
  const load = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    const next = loaded(await chosen.text());
    setFile(next);
    const named = columns.flatMap(({ column, index }): [number, number][] => {
      const at = next.names.findIndex((name) => name.toLowerCase() === column.name.toLowerCase());
      return at < 0 ? [] : [[index, at]];
    });
    setSources(new Map(named));
  };
  const setSource = (index: number, at: number | undefined) => {
    const next = new Map(sources);
    if (at === undefined) next.delete(index);
    else next.set(index, at);
    setSources(next);
  };
  const rows = (file?.rows ?? []).map(
    (row): Row => new Map([...sources].map(([index, at]) => [index, { value: row[at] ?? null }])),
  );
  const isTooMuch = rows.length > ROWS_MAX;
  const problems = isTooMuch
    ? [`${plural(rows.length, 'row')} are more than ${plural(ROWS_MAX, 'row')}: split the file`]
    : problemsOf(rows, target);
  const hidden = problems.length - PROBLEMS_SHOWN;
  return (
    <Modal
      wide
      title={`Import CSV into ${target.table.name}`}
      description="The first line has the names. An empty field is NULL. Rows are staged; nothing is sent before you have reviewed them."
      onClose={onClose}
    >
      <label className="flex items-center gap-2">
        File
        <input
          type="file"
          className="file:mr-2 file:h-7 file:rounded-md file:border file:border-line-strong file:bg-surface file:px-2.5 file:font-medium file:hover:bg-hover"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={({ target: { files } }) => void load(files?.[0])}
        />
      </label>
      {file !== null && (
        <table className="mt-3 w-full text-left">
          <thead className="text-muted">
            <tr>
              {['Column', 'From', 'First rows'].map((head) => (
                <th key={head} scope="col" className="py-1 font-normal">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map(({ column, index }) => (
              <Mapping
                key={index}
                {...{ column, index, rows, names: file.names, source: sources.get(index) }}
                onSource={(at) => setSource(index, at)}
              />
            ))}
          </tbody>
        </table>
      )}
      <p role="status" className="mt-3 text-danger">
        {problems.length > 0 && (
          <Prose
            text={[...problems.slice(0, PROBLEMS_SHOWN), ...(hidden > 0 ? [`${hidden} more`] : [])].join(
              '; ',
            )}
          />
        )}
      </p>
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={onClose}>Back</Button>
        <Button
          look="primary"
          disabled={rows.length === 0 || sources.size === 0 || problems.length > 0}
          onClick={() => onStage(rows)}
        >
          Stage {plural(rows.length, 'row')}
        </Button>
      </div>
    </Modal>
  );
}
