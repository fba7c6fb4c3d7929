import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONTROLS } from '../src/reports/controls.js';
import { infoOf, REPORT_KIND_NAMES } from '../src/reports/report-kinds.js';
import { complianceText } from './compliance-text.js';

const FILE = new URL('../../../docs/compliance.md', import.meta.url);

it('docs/compliance.md says what the code says', () => {
  if (process.env.POSTERN_UPDATE_SNAPSHOTS) writeFileSync(FILE, complianceText());
  expect(readFileSync(FILE, 'utf8')).toBe(complianceText());
});

it('every control has a report, and every report a control', () => {
  const named = new Set<string>(REPORT_KIND_NAMES.flatMap((kind) => infoOf(kind).controls));
  expect([...named].sort()).toEqual(Object.keys(CONTROLS).sort());
  expect(REPORT_KIND_NAMES.filter((kind) => infoOf(kind).controls.length === 0)).toEqual([]);
});
