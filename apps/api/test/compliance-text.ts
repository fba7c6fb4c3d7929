import { CONTROLS, controlsOf } from '../src/reports/controls.js';
import { infoOf, REPORT_KIND_NAMES } from '../src/reports/report-kinds.js';

const INTRO = `# Compliance: which report is evidence for what

Generated from \`apps/api/src/reports\` (a test compares). A report is evidence, not a certificate: an auditor judges whether a control is
met. Clause numbers are those of SOC 2 trust services criteria 2017 (points of focus 2022), ISO/IEC 27001:2022 Annex A, PCI DSS v4.0.1
and 45 CFR 164.312; the words are ours.
`;

/** docs/compliance.md, from the mapping in the code. */
export function complianceText(): string {
  const ids = Object.keys(CONTROLS) as (keyof typeof CONTROLS)[];
  const controls = controlsOf(ids);
  const sections = [...new Set(controls.map(({ framework }) => framework))].map((framework) => {
    const rows = ids.flatMap((id, index) => {
      const control = controls[index];
      if (control?.framework !== framework) return [];
      const reports = REPORT_KIND_NAMES.filter((kind) => infoOf(kind).controls.includes(id)).map(
        (kind) => infoOf(kind).title,
      );
      return [`| ${control.clause} | ${control.title} | ${reports.join(', ')} |`];
    });
    return `\n## ${framework}\n\n| Clause | About | Reports |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return INTRO + sections.join('');
}
