'use client';
import { useState } from 'react';
import type { ReportFormat } from '../../gql/graphql';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { CodeBlock } from '../../ui/copy';
import { Panel } from '../../ui/dialog';
import { absolute, count } from '../../ui/format';
import { FormError, Note } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { Controls } from './controls';
import { parameterWords } from './report-draft';
import { ReportProgress } from './report-status';
import { ReportView } from './report-view';
import {
  type CatalogEntry,
  type Report,
  useDeleteReport,
  useDownloadReport,
  useReadReport,
} from './use-reports';

const FORMATS: { format: ReportFormat; label: string }[] = [
  { format: 'PDF', label: 'PDF' },
  { format: 'CSV', label: 'CSV' },
  { format: 'JSON', label: 'JSON' },
];

/** One report: how far it is, its files, what it was made from and how to check it. */
export function ReportPanel({
  report,
  entry,
  onClose,
}: {
  report: Report;
  entry: CatalogEntry | undefined;
  onClose: () => void;
}) {
  const { orgId, canManage } = useOrg();
  const download = useDownloadReport(orgId);
  const read = useReadReport(orgId);
  const [deleting, setDeleting] = useState(false);
  const remove = useDeleteReport(orgId, onClose);
  const isDone = report.status === 'DONE';
  if (read.data) return <ReportView report={report} signed={read.data} onClose={() => read.reset()} />;
  return (
    <Panel
      open
      onClose={onClose}
      title={report.title}
      description={entry?.purpose}
      footer={
        canManage ? (
          <Button look="quiet-danger" className="mr-auto" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        ) : null
      }
    >
      <div className="flex flex-col gap-5 text-sm">
        <ReportProgress report={report} />
        {report.error ? (
          <Note tone="bad" title="It could not be made">
            {report.error}
          </Note>
        ) : null}
        {isDone ? (
          <section className="flex flex-col gap-2">
            <h3 className="font-medium">Read or download</h3>
            <div className="flex flex-wrap gap-2">
              <Button busy={read.isPending} onClick={() => read.mutate(report.id)}>
                Read here
              </Button>
              {FORMATS.map(({ format, label }) => (
                <Button
                  key={format}
                  look={format === 'PDF' ? 'primary' : 'secondary'}
                  busy={download.isPending && download.variables.format === format}
                  onClick={() => download.mutate({ id: report.id, format })}
                >
                  {label}
                </Button>
              ))}
            </div>
            {(download.error ?? read.error) ? <FormError error={download.error ?? read.error} /> : null}
            <p className="text-ink-3 text-xs">The audit trail records who reads or downloads a report.</p>
          </section>
        ) : null}
        <Facts report={report} />
        {entry ? <Controls controls={entry.controls} /> : null}
        {report.digest ? <Proof digest={report.digest} /> : null}
      </div>
      <Confirm
        open={deleting}
        onClose={() => setDeleting(false)}
        title="Delete this report?"
        confirm="Delete report"
        onConfirm={() => remove.mutate(report.id)}
        busy={remove.isPending}
        error={remove.error}
      >
        <p>
          Its files are gone for good. Copies that people downloaded stay valid, and that it existed stays in
          the audit trail.
        </p>
      </Confirm>
    </Panel>
  );
}

function Facts({ report }: { report: Report }) {
  const facts: [string, string][] = [
    ['Asked', parameterWords(report.parameters) || 'no choices'],
    ['By', report.requestedBy],
    ['Requested', absolute(report.createdAt).slice(0, 19)],
    ...(report.finishedAt
      ? ([['Finished', absolute(report.finishedAt).slice(0, 19)]] as [string, string][])
      : []),
    ...(report.rowCount === null || report.rowCount === undefined
      ? []
      : ([
          ['Rows', `${count(report.rowCount, 'row')}${report.truncated ? ', more than its files hold' : ''}`],
        ] as [string, string][])),
    ['Kept until', absolute(report.expiresAt).slice(0, 10)],
  ];
  return (
    <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1.5">
      {facts.map(([term, text]) => (
        <div key={term} className="contents">
          <dt className="text-ink-3">{term}</dt>
          <dd className="min-w-0 break-words">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Proof({ digest }: { digest: string }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium">Check that nobody changed it</h3>
      <p className="text-ink-2">
        Each file carries a signature of this control plane over every byte. Anyone can check it, offline with
        the public keys:
      </p>
      <CodeBlock label="Command" code="postern report verify report.pdf --keys jwks.json" />
      <p className="text-ink-3 text-xs break-all">SHA-256 of its canonical JSON: {digest}</p>
    </section>
  );
}
