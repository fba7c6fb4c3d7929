import PDFDocument from 'pdfkit';
import type { Cell, ReportDocument, ReportTable } from '../document.js';
import { type Line, PdfText, type Weight } from './pdf-text.js';

/** Rows that a PDF prints of each table; the other formats have more. */
const PRINTED_ROWS = 2_000;
/** Rows between which other work gets its turn: a worker has more than one job. */
const ROWS_AT_ONCE = 100;

const MARGIN = 40;
const FOOT = 34;
const INK = '#18181b';
const INK_2 = '#52525b';
const LINE = '#d4d4d8';
const WELL = '#f4f4f5';
const ACCENT = '#4f46e5';
const PADDING = 4;

/** A cursor on the page: everything is set from top to bottom, and a new page is begun where it must be. */
class Sheet {
  y = MARGIN;
  readonly text: PdfText;
  readonly width: number;

  constructor(readonly doc: PDFKit.PDFDocument) {
    this.text = new PdfText(doc);
    this.width = doc.page.width - 2 * MARGIN;
  }

  get bottom(): number {
    return this.doc.page.height - MARGIN - FOOT;
  }

  newPage(): void {
    this.doc.addPage();
    this.y = MARGIN;
  }

  room(height: number): boolean {
    return this.y + height <= this.bottom;
  }

  paragraph(text: string, look: { size?: number; weight?: Weight; colour?: string; x?: number } = {}): void {
    const { size = 9, weight = 'regular', colour = INK, x = MARGIN } = look;
    for (const line of this.text.lines(text, MARGIN + this.width - x, size, weight)) {
      if (!this.room(size * 1.45)) this.newPage();
      this.doc.fillColor(colour);
      this.text.draw(line, x, this.y, size);
      this.y += size * 1.45;
    }
  }

  heading(text: string): void {
    if (!this.room(70)) this.newPage();
    this.y += 12;
    this.paragraph(text, { size: 11, weight: 'bold' });
    this.y += 3;
  }

  gap(height: number): void {
    this.y += height;
  }
}

/** A report on paper, A4 across. */
export async function renderPdf(document: ReportDocument, digest: string): Promise<Buffer> {
  const doc = new PDFDocument({
    size: 'A4',
    layout: 'landscape',
    margin: 0,
    bufferPages: true,
    info: {
      Title: `${document.title} - ${document.organisation.name}`,
      Author: 'Postern',
      Subject: document.question,
      CreationDate: new Date(document.generatedAt),
    },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => doc.on('end', resolve).on('error', reject));
  const sheet = new Sheet(doc);
  titleBlock(sheet, document);
  summaryBlock(sheet, document);
  for (const table of document.tables) await tableBlock(sheet, table);
  notesBlock(sheet, document);
  evidenceBlock(sheet, document, digest);
  footers(sheet, document, digest);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

function titleBlock(sheet: Sheet, document: ReportDocument): void {
  const { organisation, requestedBy, generatedAt, title, question } = document;
  sheet.doc.rect(MARGIN, MARGIN, 28, 4).fill(ACCENT);
  sheet.gap(12);
  sheet.paragraph(organisation.name, { size: 9, colour: INK_2 });
  sheet.paragraph(title, { size: 20, weight: 'bold' });
  sheet.gap(2);
  sheet.paragraph(question, { size: 10 });
  sheet.paragraph(`Generated ${generatedAt} for ${requestedBy}`, { size: 8, colour: INK_2 });
}

function summaryBlock(sheet: Sheet, { summary }: ReportDocument): void {
  if (summary.length === 0) return;
  sheet.gap(10);
  const gap = 8;
  const width = (sheet.width - gap * (summary.length - 1)) / summary.length;
  for (const [index, { label, value }] of summary.entries()) {
    const x = MARGIN + index * (width + gap);
    sheet.doc.roundedRect(x, sheet.y, width, 40, 4).fill(WELL);
    sheet.doc.fillColor(INK_2);
    drawFirst(sheet, label, x + 8, sheet.y + 6, width - 16, 7.5, 'regular');
    sheet.doc.fillColor(INK);
    const shown = typeof value === 'number' ? value.toLocaleString('en-GB') : value;
    drawFirst(sheet, shown, x + 8, sheet.y + 18, width - 16, shown.length > 14 ? 9 : 13, 'bold');
  }
  sheet.gap(46);
}

function drawFirst(
  sheet: Sheet,
  text: string,
  x: number,
  y: number,
  width: number,
  size: number,
  weight: Weight,
) {
  const [line] = sheet.text.lines(text, width, size, weight);
  if (line) sheet.text.draw(line, x, y, size);
}

const textOf = (cell: Cell): string => (cell === null ? '' : String(cell));

/** Widths by what stands in the columns: the root of the mean length, so that one long column does not starve the others. */
function columnWidths({ columns, rows }: ReportTable, total: number): number[] {
  const sample = rows.slice(0, 300);
  const weights = columns.map((column, index) => {
    const lengths = sample.map((row) => Math.min(textOf(row[index] ?? null).length, 120));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
    return Math.sqrt(Math.max(mean, column.length + 3, 8));
  });
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => (weight / sum) * total);
}

async function tableBlock(sheet: Sheet, table: ReportTable): Promise<void> {
  sheet.heading(`${table.title} (${table.totalRows.toLocaleString('en-GB')})`);
  if (table.rows.length === 0) {
    sheet.paragraph('Nothing to list.', { colour: INK_2 });
    return;
  }
  const widths = columnWidths(table, sheet.width);
  headerRow(sheet, table.columns, widths);
  for (const [index, row] of table.rows.slice(0, PRINTED_ROWS).entries()) {
    if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    bodyRow(sheet, table.columns, row, widths);
  }
  const left = table.totalRows - Math.min(table.rows.length, PRINTED_ROWS);
  if (left > 0)
    sheet.paragraph(
      `${left.toLocaleString('en-GB')} more rows are not printed; the CSV and JSON files have up to 20,000.`,
      {
        size: 8,
        colour: INK_2,
      },
    );
}

const SIZE = 7.5;
const LEADING = 10;

function headerRow(sheet: Sheet, columns: readonly string[], widths: readonly number[]): void {
  const cells = columns.map((column, i) =>
    sheet.text.lines(column, (widths[i] ?? 0) - 2 * PADDING, SIZE, 'bold', 2),
  );
  const height = Math.max(...cells.map((lines) => lines.length)) * LEADING + 2 * PADDING;
  sheet.doc.rect(MARGIN, sheet.y, sheet.width, height).fill(WELL);
  sheet.doc.fillColor(INK);
  drawCells(sheet, cells, widths);
  sheet.y += height;
}

function bodyRow(
  sheet: Sheet,
  columns: readonly string[],
  row: readonly Cell[],
  widths: readonly number[],
): void {
  const cells = row.map((cell, i) =>
    sheet.text.lines(textOf(cell), (widths[i] ?? 0) - 2 * PADDING, SIZE, 'regular', 12),
  );
  const height = Math.max(...cells.map((lines) => lines.length)) * LEADING + 2 * PADDING;
  if (!sheet.room(height)) {
    sheet.newPage();
    headerRow(sheet, columns, widths);
  }
  sheet.doc.fillColor(INK);
  drawCells(sheet, cells, widths);
  sheet.y += height;
  sheet.doc
    .moveTo(MARGIN, sheet.y)
    .lineTo(MARGIN + sheet.width, sheet.y)
    .lineWidth(0.4)
    .stroke(LINE);
}

function drawCells(sheet: Sheet, cells: readonly Line[][], widths: readonly number[]): void {
  let x = MARGIN;
  for (const [index, lines] of cells.entries()) {
    for (const [n, line] of lines.entries())
      sheet.text.draw(line, x + PADDING, sheet.y + PADDING + n * LEADING - 1, SIZE);
    x += widths[index] ?? 0;
  }
}

function notesBlock(sheet: Sheet, { notes }: ReportDocument): void {
  if (notes.length === 0) return;
  sheet.heading('How to read this');
  for (const note of notes) {
    sheet.paragraph(note, { size: 8.5 });
    sheet.gap(2);
  }
}

/** What the report rests on: parameters, policy versions, controls, and how to check that nobody changed it. */
function evidenceBlock(sheet: Sheet, document: ReportDocument, digest: string): void {
  const { policyVersions, controls, parameters, purpose } = document;
  sheet.heading('Evidence');
  sheet.paragraph(purpose, { size: 8.5 });
  sheet.paragraph(`Report ${document.id}, requested ${document.requestedAt} by ${document.requestedBy}`, {
    size: 8.5,
  });
  sheet.paragraph(`Parameters: ${JSON.stringify(parameters)}`, { size: 8.5 });
  for (const { environment, version, publishedAt, digest: policy } of policyVersions.slice(-20))
    sheet.paragraph(
      `Policy: ${environment} version ${version}, published ${publishedAt}, SHA-256 ${policy}`,
      { size: 8 },
    );
  if (policyVersions.length > 20)
    sheet.paragraph(`and ${policyVersions.length - 20} earlier versions, listed in the JSON file`, {
      size: 8,
    });
  sheet.gap(4);
  for (const framework of new Set(controls.map((control) => control.framework))) {
    const own = controls.filter((control) => control.framework === framework);
    const list = own.map(({ clause, title }) => `${clause} ${title}`).join('; ');
    sheet.paragraph(`${framework}: ${list}`, { size: 8, colour: INK_2 });
  }
  sheet.gap(4);
  sheet.paragraph(
    `SHA-256 of the report as canonical JSON: ${digest}. The last line of this file is an Ed25519 signature of all bytes before it; check it with \`postern report verify\`.`,
    { size: 8, colour: INK_2 },
  );
}

function footers(sheet: Sheet, document: ReportDocument, digest: string): void {
  const { doc } = sheet;
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    const y = doc.page.height - MARGIN - 8;
    doc
      .moveTo(MARGIN, y - 8)
      .lineTo(MARGIN + sheet.width, y - 8)
      .lineWidth(0.4)
      .stroke(LINE);
    doc.fillColor(INK_2);
    const left = `${document.organisation.name} · ${document.title} · ${document.generatedAt} · ${digest.slice(0, 16)}`;
    drawFirst(sheet, left, MARGIN, y, sheet.width - 90, 7, 'regular');
    drawFirst(sheet, `Page ${page - start + 1} of ${count}`, MARGIN + sheet.width - 60, y, 60, 7, 'regular');
  }
}
