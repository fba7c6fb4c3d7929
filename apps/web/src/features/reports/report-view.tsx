'use client';
import { type Column, DataTable } from '../../ui/data-table';
import { Panel } from '../../ui/dialog';
import { absolute, count } from '../../ui/format';
import { type ReportTable, ROWS_SHOWN, type SignedReport } from './report-document';
import type { Report } from './use-reports';

/** A report to read: what was asked, what came of it, row by row, and what it was made from. */
export function ReportView({
  report,
  signed,
  onClose,
}: {
  report: Report;
  signed: SignedReport;
  onClose: () => void;
}) {
  const { question, summary, notes, tables } = signed.report;
  return (
    <Panel open wide="two" onClose={onClose} title={report.title} description={`${question}.`}>
      <div className="flex flex-col gap-6 text-sm">
        <dl className="grid grid-cols-2 gap-2 sm:grid-cols-4">
          {summary.map(({ label, value }) => (
            <div key={label} className="border-line bg-surface rounded-lg border px-3 py-2">
              <dt className="text-ink-3 text-xs">{label}</dt>
              <dd className="truncate text-base font-semibold tabular-nums" title={String(value)}>
                {typeof value === 'number' ? value.toLocaleString('en') : value}
              </dd>
            </div>
          ))}
        </dl>
        {tables.map((table) => (
          <TableView key={table.id} table={table} />
        ))}
        {notes.length > 0 ? (
          <section>
            <h3 className="mb-1.5 font-medium">How to read it</h3>
            <ul className="text-ink-2 list-disc space-y-1 pl-5">
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </section>
        ) : null}
        <MadeFrom report={report} signed={signed} />
      </div>
    </Panel>
  );
}

interface Row {
  key: string;
  cells: readonly (string | number | null)[];
}

function TableView({ table }: { table: ReportTable }) {
  const rows = table.rows.slice(0, ROWS_SHOWN).map((cells, index): Row => ({ key: String(index), cells }));
  const columns = table.columns.map(
    (header, index): Column<Row> => ({
      key: header,
      header,
      className: 'max-w-72 align-top',
      cell: ({ cells }) => {
        const value = cells[index] ?? '';
        return typeof value === 'number' ? (
          <span className="tabular-nums">{value.toLocaleString('en')}</span>
        ) : (
          <span className="break-words">{value}</span>
        );
      },
    }),
  );
  const more = table.totalRows - rows.length;
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium">{table.title}</h3>
      {rows.length === 0 ? (
        <p className="text-ink-3">None.</p>
      ) : (
        <DataTable
          label={table.title}
          columns={columns}
          rows={rows}
          rowId={({ key }) => key}
          footer={
            more > 0
              ? `${count(rows.length, 'row')} of ${table.totalRows.toLocaleString('en')}: the files have more`
              : count(rows.length, 'row')
          }
        />
      )}
    </section>
  );
}

function MadeFrom({ report, signed }: { report: Report; signed: SignedReport }) {
  const { policyVersions } = signed.report;
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium">Made from</h3>
      {policyVersions.length === 0 ? (
        <p className="text-ink-2">No policy version: it reads the audit trail or this moment’s state.</p>
      ) : (
        <ul className="text-ink-2 flex flex-col gap-1">
          {policyVersions.map(({ environmentId, environment, version, publishedAt, digest }) => (
            <li key={`${environmentId} ${version}`} className="flex flex-wrap gap-x-2">
              <span className="text-ink">
                {environment} v{version}
              </span>
              <span>published {absolute(publishedAt).slice(0, 16)}</span>
              <span className="font-mono text-xs leading-5" title={digest}>
                sha256 {digest.slice(0, 16)}…
              </span>
            </li>
          ))}
        </ul>
      )}
      <h3 className="mt-2 font-medium">Signature</h3>
      <p className="text-ink-2">
        Ed25519, by key <span className="font-mono text-xs break-all">{signed.keyId}</span>
      </p>
      <p className="text-ink-3 text-xs break-all">SHA-256 of its canonical JSON: {report.digest}</p>
    </section>
  );
}
