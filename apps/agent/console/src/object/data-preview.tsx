import type { ObjectDetails } from '@postern/agent/console-catalog';
import type { RunResponse } from '@postern/agent/console-contract';
import { useQuery } from '@tanstack/react-query';
import { api, ConsoleFailure } from '../api/client';
import { isNumeric } from '../results/format';
import { selectRows } from '../tree/quick-sql';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import { capital } from '../ui/prose';
import { Scroll } from '../ui/scroll';

function Values({ result }: { result: RunResponse['results'][number] }) {
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
  readonly onOpenQuery: () => void;
}

/** The first rows, as a statement like any other: governed and recorded. Only when somebody looks at this page. */
export function DataPreview({ details, connection, tab, onOpenQuery }: PreviewProps) {
  const sql = selectRows(details);
  const run = useQuery({
    queryKey: ['preview', connection, details.oid],
    queryFn: ({ signal }) => api.run({ connection, tab, sql }, signal),
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
        <Button onClick={onOpenQuery}>Open as a query</Button>
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
      {result !== undefined && result.rows.length === 0 && <p className="text-muted">It has no rows.</p>}
      {result !== undefined && result.rows.length > 0 && <Values result={result} />}
    </div>
  );
}
