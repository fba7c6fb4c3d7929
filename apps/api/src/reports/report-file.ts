export const REPORT_FORMATS = ['json', 'csv', 'pdf'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const MEDIA_TYPES: Record<ReportFormat, string> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
};

export const filenameOf = (
  { kind, createdAt, id }: { kind: string; createdAt: Date; id: string },
  format: ReportFormat,
): string =>
  `postern-${kind.replaceAll('_', '-')}-${createdAt.toISOString().slice(0, 10)}-${id.slice(-6)}.${format}`;
