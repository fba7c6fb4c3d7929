'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states';
import { Ago } from '../../ui/time';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { parameterWords } from './report-draft';
import { ReportPanel } from './report-panel';
import { ReportProgress } from './report-status';
import { RequestDialog } from './request-dialog';
import { Schedules } from './schedules';
import { type CatalogEntry, type Report, useReportCatalog, useReports } from './use-reports';

const COLUMNS: Column<Report>[] = [
  {
    key: 'title',
    header: 'Report',
    className: 'min-w-44',
    cell: (report) => (
      <span className="flex flex-col leading-tight">
        <span className="font-medium">{report.title}</span>
        <span className="text-ink-3 text-xs">{parameterWords(report.parameters)}</span>
      </span>
    ),
  },
  { key: 'status', header: 'Status', cell: (report) => <ReportProgress report={report} /> },
  {
    key: 'rows',
    header: 'Rows',
    className: 'hidden tabular-nums sm:table-cell',
    cell: ({ rowCount }) =>
      rowCount === null || rowCount === undefined ? '' : rowCount.toLocaleString('en'),
  },
  {
    key: 'by',
    header: 'Requested by',
    className: 'hidden text-ink-2 md:table-cell',
    cell: ({ requestedBy }) => requestedBy,
  },
  {
    key: 'created',
    header: 'Requested',
    className: 'text-ink-2',
    cell: ({ createdAt }) => <Ago at={createdAt} />,
  },
];

export function ReportsPage() {
  const { orgId } = useOrg();
  const [params, change] = useUrlState();
  const catalog = useReportCatalog(orgId);
  const reports = useReports(orgId);
  const [asking, setAsking] = useState<CatalogEntry | null>(null);
  const selected = reports.data?.find(({ id }) => id === params.get('report'));
  return (
    <Page
      title="Reports"
      lead="Signed evidence for auditors, made from the policy's own history and the audit trail: who could do what and when, who did, and what was refused."
    >
      {catalog.error ? (
        <Well>
          <ErrorState error={catalog.error} onRetry={() => catalog.refetch()} />
        </Well>
      ) : (
        <Catalog entries={catalog.data} onAsk={setAsking} />
      )}
      {catalog.data ? <Schedules catalog={catalog.data} onReport={(report) => change({ report })} /> : null}
      <h2 className="mt-2 text-sm font-semibold">Made so far</h2>
      {reports.error && !reports.data ? (
        <Well>
          <ErrorState error={reports.error} onRetry={() => reports.refetch()} />
        </Well>
      ) : reports.data?.length === 0 ? (
        <Well>
          <EmptyState icon="reports" title="No report yet">
            Choose one above. It is made in the background, signed, kept for 400 days and can be downloaded as
            PDF, CSV and JSON.
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Reports"
          columns={COLUMNS}
          rows={reports.data}
          rowId={({ id }) => id}
          onOpen={({ id }) => change({ report: id })}
          selectedId={selected?.id}
          footer={reports.data ? count(reports.data.length, 'report') : undefined}
        />
      )}
      {asking ? (
        <RequestDialog
          entry={asking}
          onClose={() => setAsking(null)}
          onAsked={(id) => {
            setAsking(null);
            change({ report: id });
          }}
        />
      ) : null}
      {selected ? (
        <ReportPanel
          report={selected}
          entry={catalog.data?.find(({ kind }) => kind === selected.kind)}
          onClose={() => change({ report: null })}
        />
      ) : null}
    </Page>
  );
}

function Catalog({
  entries,
  onAsk,
}: {
  entries: readonly CatalogEntry[] | undefined;
  onAsk: (entry: CatalogEntry) => void;
}) {
  if (!entries) return <Skeleton className="h-40 w-full" />;
  return (
    <section aria-labelledby="report-kinds">
      <h2 id="report-kinds" className="sr-only">
        Kinds of reports
      </h2>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {entries.map((entry) => (
          <li key={entry.kind} className="border-line bg-surface flex flex-col gap-2 rounded-lg border p-3.5">
            <h3 className="text-sm font-medium">{entry.title}</h3>
            <p className="text-ink-2 flex-1 text-sm">{entry.purpose}</p>
            <p className="text-ink-3 text-xs">{frameworks(entry)}</p>
            <Button className="self-start" aria-label={`Make ${entry.title}`} onClick={() => onAsk(entry)}>
              Make
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** "SOC 2 CC6.1, CC6.3 · PCI DSS 7.2.1": the names without years and versions. */
function frameworks({ controls }: CatalogEntry): string {
  const names: [string, string][] = [
    ['SOC 2', 'SOC 2'],
    ['ISO', 'ISO 27001'],
    ['PCI', 'PCI DSS'],
    ['HIPAA', 'HIPAA'],
  ];
  return names
    .map(([start, shown]) => {
      const clauses = controls
        .filter(({ framework }) => framework.startsWith(start))
        .map(({ clause }) => clause);
      return clauses.length === 0 ? '' : `${shown} ${clauses.join(', ')}`;
    })
    .filter((text) => text !== '')
    .join(' · ');
}
