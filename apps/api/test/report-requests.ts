import type { ReportDocument } from '../src/reports/document.js';
import type { TestApp } from './app.js';
import type { Company } from './company.js';
import { must } from './people.js';
import { eventually } from './seed.js';

export interface Doc {
  id: string;
  document: ReportDocument;
  signature: string;
}

/** Asks for a report; answers with its id. */
export async function ask(
  api: TestApp,
  company: Company,
  kind: string,
  parameters: Record<string, unknown>,
): Promise<string> {
  const data = await must<{ requestReport: { id: string } }>(
    api,
    `mutation ($orgId: ID!, $kind: ReportKind!, $parameters: ReportParametersInput) {
      requestReport(orgId: $orgId, kind: $kind, parameters: $parameters) { id }
    }`,
    { orgId: company.orgId, kind, parameters },
    company.cookie,
  );
  return data.requestReport.id;
}

export async function downloadText(api: TestApp, company: Company, id: string, format: string) {
  const data = await must<{ downloadReport: { filename: string; base64: string; sha256: string } }>(
    api,
    `mutation ($orgId: ID!, $id: ID!, $format: ReportFormat!) {
      downloadReport(orgId: $orgId, id: $id, format: $format) { filename mediaType bytes sha256 base64 }
    }`,
    { orgId: company.orgId, id, format },
    company.cookie,
  );
  const { base64, ...file } = data.downloadReport;
  return { ...file, bytes: Buffer.from(base64, 'base64') };
}

/** Waits for a report and reads its JSON. */
export async function finished(api: TestApp, company: Company, id: string): Promise<Doc> {
  await eventually(`report ${id}`, async () => {
    const { report } = await must<{ report: { status: string; error: string | null } }>(
      api,
      'query ($orgId: ID!, $id: ID!) { report(orgId: $orgId, id: $id) { status progress progressNote error } }',
      { orgId: company.orgId, id },
      company.cookie,
    );
    if (report.status === 'FAILED') throw new Error(report.error ?? 'failed');
    return report.status === 'DONE';
  });
  const { bytes } = await downloadText(api, company, id, 'JSON');
  const { report, signature } = JSON.parse(bytes.toString()) as { report: ReportDocument; signature: string };
  return { id, document: report, signature };
}

/** The rows of a table, by column. */
export function rowsOf(document: ReportDocument, tableId: string): Record<string, unknown>[] {
  const table = document.tables.find(({ id }) => id === tableId);
  if (!table) throw new Error(`the report has no table ${tableId}`);
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, index) => [column, row[index]])),
  );
}
