import type { StreamColumn } from '@postern/agent/console-contract';
import { useState } from 'react';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { Modal } from '../ui/modal';
import { capital } from '../ui/prose';
import { Scroll } from '../ui/scroll';
import { conditionProblem, namedColumns, operatorsOf, shapedSql, valuesOf } from './database-filter';
import { type Condition, OPERATORS, type Operator, type Shape } from './shape';

interface FilterDialogProps {
  readonly columns: readonly StreamColumn[];
  readonly shape: Shape;
  /** The column that was asked about. */
  readonly column: number | null;
  readonly onRun: (shape: Shape) => void;
  readonly onClose: () => void;
}

const FIELD = 'h-8 min-w-0 rounded-md border border-line-strong bg-surface px-2 font-mono text-[12px]';

function emptyFor(columns: readonly StreamColumn[], column: number): Condition {
  const [operator = 'eq'] = operatorsOf(columns[column]?.type ?? '');
  return { column, operator, value: '', to: '' };
}

interface ConditionProps {
  readonly columns: readonly StreamColumn[];
  readonly at: number;
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

function ConditionField({ columns, at, condition, onChange, onRemove }: ConditionProps) {
  const type = columns[condition.column]?.type ?? '';
  const count = valuesOf(condition.operator);
  const of = `of condition ${at + 1}`;
  const problem = conditionProblem(columns, condition);
  const input = (part: 'value' | 'to', label: string) => (
    <input
      aria-label={`${label} ${of}`}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to filter by this column
      autoFocus={part === 'value'}
      autoComplete="off"
      spellCheck={false}
      placeholder={type}
      value={condition[part]}
      onChange={(event) => onChange({ ...condition, [part]: event.target.value })}
      className={`${FIELD} w-full flex-1`}
    />
  );
  return (
    <li className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <select
          aria-label={`Column ${of}`}
          value={condition.column}
          onChange={(event) => onChange(emptyFor(columns, Number(event.target.value)))}
          className={`${FIELD} w-40`}
        >
          {namedColumns(columns).map((index) => (
            <option key={index} value={index}>
              {columns[index]?.name}
            </option>
          ))}
        </select>
        <select
          aria-label={`Comparison ${of}`}
          value={condition.operator}
          onChange={(event) => onChange({ ...condition, operator: event.target.value as Operator })}
          className={`${FIELD} w-32`}
        >
          {operatorsOf(type).map((operator) => (
            <option key={operator} value={operator}>
              {OPERATORS[operator]}
            </option>
          ))}
        </select>
        <span className="flex min-w-0 flex-1 items-center gap-2">
          {count > 0 && input('value', 'Value')}
          {count > 1 && <span className="text-muted">and</span>}
          {count > 1 && input('to', 'Other value')}
        </span>
        <Button look="quiet" square aria-label={`Remove condition ${at + 1}`} onClick={onRemove}>
          <Icon name="close" />
        </Button>
      </div>
      {problem !== undefined && (condition.value !== '' || condition.to !== '') && (
        <p className="text-[12px] text-danger">{capital(problem)}.</p>
      )}
    </li>
  );
}

/** Asks the database for some rows of a result: the statement is shown, and runs like any other. */
export default function FilterDialog({ columns, shape, column, onRun, onClose }: FilterDialogProps) {
  const named = namedColumns(columns);
  const first = column !== null && named.includes(column) ? column : named[0];
  const added = first === undefined || (column === null && shape.conditions.length > 0);
  const [conditions, setConditions] = useState<readonly Condition[]>(() =>
    added ? shape.conditions : [...shape.conditions, emptyFor(columns, first)],
  );
  const [sort, setSort] = useState(shape.sort);
  const wanted = { ...shape, conditions, sort };
  const { sql, parameters } = shapedSql(wanted, columns);
  const own = Object.entries(parameters ?? {}).filter(([name]) => !(name in (shape.parameters ?? {})));
  const isReady = conditions.every((condition) => conditionProblem(columns, condition) === undefined);
  return (
    <Modal
      wide
      title="Filter in the database"
      description="Over all rows of the statement, not only those that are here. It is decided and recorded like any other; values are bound, whatever stands in them."
      onClose={onClose}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady) return;
          onClose();
          onRun(wanted);
        }}
      >
        <ul className="flex flex-col gap-2">
          {conditions.map((condition, at) => (
            <ConditionField
              // biome-ignore lint/suspicious/noArrayIndexKey: a condition is its place in the list
              key={at}
              {...{ columns, at, condition }}
              onChange={(changed) => setConditions(conditions.with(at, changed))}
              onRemove={() => setConditions(conditions.toSpliced(at, 1))}
            />
          ))}
        </ul>
        <div className="flex flex-wrap items-center gap-2">
          {first !== undefined && (
            <Button onClick={() => setConditions([...conditions, emptyFor(columns, first)])}>
              <Icon name="plus" /> Add a condition
            </Button>
          )}
          <label className="ml-auto inline-flex items-center gap-2 text-muted">
            Order by
            <select
              value={sort?.column ?? ''}
              onChange={({ target }) =>
                setSort(
                  target.value === ''
                    ? null
                    : { column: Number(target.value), isDescending: sort?.isDescending ?? false },
                )
              }
              className={`${FIELD} w-40 text-text`}
            >
              <option value="">as it comes</option>
              {columns.map(({ name }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                <option key={index} value={index}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label className="inline-flex items-center gap-1.5 text-muted">
            <input
              type="checkbox"
              disabled={sort === null}
              checked={sort?.isDescending ?? false}
              onChange={({ target }) => sort !== null && setSort({ ...sort, isDescending: target.checked })}
            />
            descending
          </label>
        </div>
        {named.length < columns.length && (
          <p className="text-[12px] text-muted">
            Columns that share their name with another can not be asked for; give them names of their own with
            AS.
          </p>
        )}
        <Scroll label="The statement" className="max-h-48 rounded-md border border-line bg-sunken p-3">
          <pre className="whitespace-pre-wrap break-words font-mono text-[12px]">
            {[sql, ...own.map(([name, value]) => `-- :${name} = ${value}`)].join('\n')}
          </pre>
        </Scroll>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!isReady}>
            <Icon name="play" className="!size-3" />
            Run
          </Button>
        </div>
      </form>
    </Modal>
  );
}
