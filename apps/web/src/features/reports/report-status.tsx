import { Status } from '../../ui/status-dot';
import type { Report } from './use-reports';

/** How far a report is, in words and as a bar while it is being made. */
export function ReportProgress({ report }: { report: Report }) {
  if (report.status === 'DONE') return <Status health="good">Done</Status>;
  if (report.status === 'FAILED') return <Status health="bad">Failed</Status>;
  const words = report.status === 'QUEUED' ? 'Waiting' : report.progressNote || 'Being made';
  return (
    <span className="flex w-40 flex-col gap-1">
      <span className="text-ink-2 truncate text-xs">
        {words} · {report.progress} %
      </span>
      <progress
        aria-label={`${report.title}: ${words}`}
        max={100}
        value={report.progress}
        className="[&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-accent-fill h-1 w-full overflow-hidden rounded"
      />
    </span>
  );
}
