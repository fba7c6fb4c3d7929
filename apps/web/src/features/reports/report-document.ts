/** A report's JSON file as the api signs it (docs/guides/reports.md); only what the viewer shows. */
export interface ReportDocument {
  question: string;
  summary: readonly { label: string; value: string | number }[];
  notes: readonly string[];
  policyVersions: readonly {
    environmentId: string;
    environment: string;
    version: number;
    publishedAt: string;
    digest: string;
  }[];
  tables: readonly ReportTable[];
}

export interface ReportTable {
  id: string;
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
  totalRows: number;
}

export interface SignedReport {
  report: ReportDocument;
  /** Id of the key that signed it; empty when the signature names none. */
  keyId: string;
}

const textOf = (base64: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));

const fromUrl = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/');

/** Reads a downloaded JSON file. It does not check the signature: that is what `postern report verify` is for. */
export function readSigned(base64: string): SignedReport {
  const { report, signature } = JSON.parse(textOf(base64)) as { report: ReportDocument; signature: string };
  const header = JSON.parse(textOf(fromUrl(signature.split('.')[0] ?? ''))) as { kid?: unknown };
  return { report, keyId: typeof header.kid === 'string' ? header.kid : '' };
}

/** How many rows the viewer draws of one table: a page to look at, not the evidence. */
export const ROWS_SHOWN = 500;
