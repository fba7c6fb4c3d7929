import type { ObjectDetails } from '@postern/agent/console-catalog';
import type { RunResponse } from '@postern/agent/console-contract';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { api, ConsoleFailure } from '../api/client';
import { bindable, type Values } from '../parameters/placeholders';
import { shapedSql } from '../results/database-filter';
import { isNumeric } from '../results/format';
import type { Shape } from '../results/shape';
import { selectRows } from '../tree/quick-sql';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import { capital } from '../ui/prose';
import { Scroll } from '../ui/scroll';

/** Loaded when somebody asks for it. */
const FilterDialog = lazy(() => import('../results/filter-dialog'));

function Rows({ result }: { result: RunResponse['results'][number] }) {
  return (
    <Scroll label="Rows" className="min-h-0 flex-1 rounded-md border border-line">
      <table className="border-collapse text-left font-mono text-[12px]">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            {result.columns.map(({ name, type }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
              <th key={index} scope="col" title={type} className="border-line border-r px-2 py-1 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {result.rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own
            <tr key={at} className="border-line border-t hover:bg-hover">
              {row.map((value, index) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                  key={index}
                  className={`max-w-80 truncate border-line border-r px-2 py-0.5 ${isNumeric(result.columns[index]?.type ?? '') ? 'text-right' : ''}`}
                >
                  {value ?? <i className="text-faint">NULL</i>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface PreviewProps {
  readonly details: ObjectDetails;
  readonly connection: string;
  readonly tab: string;
  readonly onOpenQuery: (sql: string, parameters: Values | undefined) => void;
}

/** Which rows are wanted, and how many conditions say so. */
function Filter({
  details,
  shape,
  onShape,
}: {
  details: ObjectDetails;
  shape: Shape;
  onShape: (shape: Shape) => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const { length: count } = shape.conditions;
  return (
    <>
      <Button onClick={() => setAsking(true)}>{count === 0 ? 'Filter…' : `Filtered (${count})…`}</Button>
      {isAsking && (
        <Suspense fallback={null}>
          <FilterDialog
            columns={details.columns}
            {...{ shape, column: null }}
            onRun={onShape}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </>
  );
}

/** The first rows, as a statement like any other: governed and recorded. Only when somebody looks at this page. */
export function DataPreview({ details, connection, tab, onOpenQuery }: PreviewProps) {
  const base = selectRows(details);
  const [shape, setShape] = useState<Shape>({ base, parameters: undefined, conditions: [], sort: null });
  const { sql, parameters } = shapedSql({ ...shape, base }, details.columns);
  const run = useQuery({
    queryKey: ['preview', connection, details.oid, sql, parameters],
    queryFn: ({ signal }) => api.run({ connection, tab, ...bindable(sql, parameters) }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const failure = run.error instanceof ConsoleFailure ? run.error.detail : (run.data?.error ?? undefined);
  const result = run.data?.results[0];
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <div className="flex items-center gap-2">
        <code className="truncate font-mono text-[12px] text-muted">{sql}</code>
        <span className="ml-auto" />
        <Filter {...{ details, shape }} onShape={setShape} />
        <Button onClick={() => onOpenQuery(sql, parameters)}>Open as a query</Button>
        <Button
          square
          look="quiet"
          aria-label="Read again"
          disabled={run.isFetching}
          onClick={() => void run.refetch()}
        >
          {run.isFetching ? <Spinner /> : <Icon name="refresh" />}
        </Button>
      </div>
      {run.isPending && (
        <p role="status" className="text-muted">
          Reading rows…
        </p>
      )}
      {failure != null && <p role="alert">{capital(failure.message)}.</p>}
      {result !== undefined && result.rows.length === 0 && (
        <p className="text-muted">{shape.conditions.length === 0 ? 'It has no rows.' : 'No row is so.'}</p>
      )}
      {result !== undefined && result.rows.length > 0 && <Rows result={result} />}
    </div>
  );
}
