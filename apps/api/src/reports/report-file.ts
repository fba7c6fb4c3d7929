import type { ReportFormat, ReportRow } from './report.store.js';

export const MEDIA_TYPES: Record<ReportFormat, string> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
};

export const filenameOf = (
  { kind, createdAt, id }: Pick<ReportRow, 'kind' | 'createdAt' | 'id'>,
  format: ReportFormat,
): string =>
  `postern-${kind.replaceAll('_', '-')}-${createdAt.toISOString().slice(0, 10)}-${id.slice(-6)}.${format}`;
