export { csv, json, jsonLines, markdown, quotedName, sqlInserts, sqlLiteral, tsv } from './text-writers.js';
export {
  distinctNames,
  isNumber,
  isNumberType,
  type ResultColumn,
  type Row,
  type RowWriter,
} from './writer.js';
