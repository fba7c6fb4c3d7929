import type { Cell, ReportDocument } from '../document.js';

const END = '\r\n';

/** RFC 4180. A text that a spreadsheet would run as a formula is defused with an apostrophe (OWASP, "CSV injection"). */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly Cell[]): string => cells.map(csvCell).join(',') + END;

/** A remark line. It stays one line whatever is in it. */
const remark = (label: string, value: string): string =>
  `# ${label}: ${value.replaceAll(/[\r\n]+/g, ' ')}${END}`;

/** What a report was made from as remark lines, then each table with its header. */
export function renderCsv(document: ReportDocument, digest: string): string {
  const head = [
    remark('Postern report', document.title),
    remark('question', document.question),
    remark('organisation', `${document.organisation.name} (${document.organisation.id})`),
    remark('requested', `${document.requestedAt} by ${document.requestedBy}`),
    remark('generated', document.generatedAt),
    remark('parameters', JSON.stringify(document.parameters)),
    ...document.policyVersions.map(({ environment, version, publishedAt, digest: policy }) =>
      remark('policy', `${environment} version ${version}, published ${publishedAt}, sha256 ${policy}`),
    ),
    ...document.controls.map(({ framework, clause, title }) =>
      remark('control', `${framework} ${clause}: ${title}`),
    ),
    ...document.summary.map(({ label, value }) => remark(label, String(value))),
    ...document.notes.map((note) => remark('note', note)),
    remark('report id', document.id),
    remark('sha256 of the report as canonical JSON', digest),
  ].join('');
  const tables = document.tables.map((table) => {
    const cut = table.totalRows > table.rows.length;
    const size = cut ? `${table.rows.length} of ${table.totalRows} rows` : `${table.totalRows} rows`;
    return remark('table', `${table.title}, ${size}`) + line(table.columns) + table.rows.map(line).join('');
  });
  return head + tables.join('');
}
