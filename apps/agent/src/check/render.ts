import { PERMISSIONS } from '@postern/core/policy';
import type { CheckReport, Place, StatementReport } from './report.js';

/** Most characters of a line that an excerpt shows before and after the place. */
const BEFORE = 60;
const AFTER = 40;
const INDENT = '  ';
const LABEL_WIDTH = 10;

/** A report as a person at a terminal reads it. */
export function render(sql: string, report: CheckReport): string {
  if ('error' in report) {
    const { code, message } = report.error;
    const lines = [`not understood: ${printable(message)} (${code})${at(report.error)}`];
    return [...lines, ...excerpt(sql, report.error, INDENT)].join('\n');
  }
  const { statements, permissions } = report;
  if (statements.length === 0) return 'the text holds no statement';
  const blocks = statements.map((statement) => renderStatement(sql, statement));
  if (statements.length > 1) blocks.push(`the text as a whole needs ${listed(permissions)}`);
  return blocks.join('\n\n');
}

function renderStatement(sql: string, report: StatementReport): string {
  const lines = [`statement ${report.statement}: ${report.kind}, needs ${listed(report.permissions)}`];
  for (const permission of PERMISSIONS) {
    for (const reason of report.reasons.filter((one) => one.permission === permission))
      lines.push(...labelled(permission, sql, reason));
  }
  for (const { when, what, ...place } of report.refused) {
    const whom = when === 'always' ? 'for everybody' : 'in a read-only session';
    lines.push(...labelled('refused', sql, { what: `${whom}: ${what}`, ...place }));
  }
  for (const label of ['relations', 'functions'] as const)
    if (report[label].length > 0)
      lines.push(`${INDENT}${label.padEnd(LABEL_WIDTH)}${printable(report[label].join(', '))}`);
  return lines.join('\n');
}

function labelled(label: string, sql: string, reason: { what: string } & Partial<Place>): string[] {
  const first = `${INDENT}${label.padEnd(LABEL_WIDTH)}${printable(reason.what)}${at(reason)}`;
  return [first, ...excerpt(sql, reason, INDENT + ' '.repeat(LABEL_WIDTH))];
}

function listed(permissions: readonly string[]): string {
  return permissions.length === 0 ? 'nothing' : permissions.join(', ');
}

function at({ line, column }: Partial<Place>): string {
  return line === undefined ? '' : ` (${line}:${column})`;
}

/** The line of a place with a caret under it, cut to a width that fits. */
function excerpt(sql: string, { position, column }: Partial<Place>, indent: string): string[] {
  if (position === undefined || column === undefined) return [];
  const lineStart = position - column + 1;
  const lineEnd = sql.indexOf('\n', position);
  const from = Math.max(lineStart, position - BEFORE);
  const end = lineEnd === -1 ? sql.length : lineEnd;
  const to = Math.min(end, position + AFTER);
  const before = `${from > lineStart ? '…' : ''}${printable(sql.slice(from, position))}`;
  const after = `${printable(sql.slice(position, to).trimEnd())}${to < end ? '…' : ''}`;
  return [`${indent}${before}${after}`, `${indent}${' '.repeat([...before].length)}^`];
}

/** A text may hold what moves a terminal's cursor or turns its lines around. One character stays one, for the caret. */
function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '·');
}
