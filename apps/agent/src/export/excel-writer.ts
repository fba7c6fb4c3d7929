import { PassThrough, type Writable } from 'node:stream';
import { PosternError } from '@postern/core/errors';
import { isNumber, isNumberType, type ResultColumn, type Row, type RowWriter } from '@postern/core/results';
import { ZipFile } from 'yazl';

/** "Excel specifications and limits": rows of a sheet, the names among them, and characters of a cell. */
const ROWS_MAX = 1_048_576;
const CHARS_MAX = 32_767;
/** Excel computes with doubles: a longer number would come back another one, so it stays text. */
const DIGITS_MAX = 15;

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The parts of a workbook with one sheet (ECMA-376 part 1, 12.3), the sheet itself excepted. */
const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Result" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

const tooMuch = (message: string) =>
  new PosternError('input.invalid', message, { fix: 'export it as CSV or Parquet' });

/** Characters that XML has no place for are written as Excel does, `_x000B_`. */
function escaped(text: string): string {
  return text
    .replace(/_x[0-9A-Fa-f]{4}_/g, '_x005F$&')
    .replace(/[&<>]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : '&gt;'))
    .replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
      /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g,
      (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}

function cell(value: string | null, type: string): string {
  if (value === null) return '<c/>';
  if (value.length > CHARS_MAX) throw tooMuch('a value is longer than a cell of Excel may be');
  if (type === 'boolean') return `<c t="b"><v>${value === 't' ? 1 : 0}</v></c>`;
  const digits = value.replace(/[^0-9]/g, '').length;
  if (isNumberType(type) && isNumber(value) && digits <= DIGITS_MAX) return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
}

/** The sheet of a workbook. Dates and long numbers are text, as PostgreSQL prints them. */
export function excelSheet(): RowWriter {
  let columns: readonly ResultColumn[] = [];
  let rows = 1;
  return {
    begin: (of) => {
      columns = of;
      const names = of.map(({ name }) => cell(name, 'text')).join('');
      return `${XML}<worksheet xmlns="${MAIN}"><sheetData><row>${names}</row>`;
    },
    row: (row: Row) => {
      rows += 1;
      if (rows > ROWS_MAX) throw tooMuch('the result has more rows than a sheet of Excel may have');
      return `<row>${row.map((value, index) => cell(value, columns[index]?.type ?? '')).join('')}</row>`;
    },
    end: () => '</sheetData></worksheet>',
  };
}

/** A workbook around what is written into it. */
export function excelWorkbook(out: Writable): Writable {
  const sheet = new PassThrough();
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(PARTS)) zip.addBuffer(Buffer.from(text), path);
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml');
  zip.end();
  zip.outputStream.pipe(out);
  out.on('close', () => sheet.destroy());
  return sheet;
}
