import { canonicalJson, sha256Hex } from '@postern/core/audit';
import type { SigningKey } from '../../policy/signing-key.js';
import type { ReportDocument } from '../document.js';
import type { ReportFormat } from '../report-file.js';
import { renderCsv } from './csv.js';
import { renderPdf } from './pdf.js';

const TYP = 'postern-report+jws';

/** A report in all its formats, each with a signature inside that covers every other byte of it (docs/guides/reports.md). */
export async function signedFiles(
  document: ReportDocument,
  key: SigningKey,
): Promise<{ digest: string; files: { format: ReportFormat; bytes: Buffer }[] }> {
  const canonical = canonicalJson(document);
  const digest = sha256Hex(canonical);
  const sign = (bytes: Buffer, cty: string) => key.signDetached(bytes, { typ: TYP, cty });

  const text = Buffer.from(canonical);
  const json = Buffer.from(`{"report":${canonical},"signature":"${await sign(text, 'application/json')}"}\n`);
  const csv = Buffer.from(renderCsv(document, digest));
  const pdf = await renderPdf(document, digest);
  return {
    digest,
    files: [
      { format: 'json', bytes: json },
      { format: 'csv', bytes: Buffer.concat([csv, trailer('#', await sign(csv, 'text/csv'), '\r\n')]) },
      // Readers look for `%%EOF` near the end of the file, not at its very end; a comment may follow.
      { format: 'pdf', bytes: Buffer.concat([pdf, trailer('%', await sign(pdf, 'application/pdf'), '\n')]) },
    ],
  };
}

const trailer = (comment: string, signature: string, end: string): Buffer =>
  Buffer.from(`${comment}postern-signature: ${signature}${end}`);
