type Value = string | null;

/** NULL is nothing at all and '' is `""`, as in COPY's CSV format: the two stay different, and spreadsheets read both. */
function field(value: Value): string {
  if (value === null) return '';
  return value === '' || /["\t\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Rows as tab-separated values, with a line of names when given. */
export function toTsv(rows: readonly (readonly Value[])[], names?: readonly string[]): string {
  const lines = names === undefined ? rows : [names, ...rows];
  return lines.map((line) => line.map(field).join('\t')).join('\n');
}

/** What Ctrl+C takes: one cell as it is (NULL by its name), several as tab-separated values. */
export function copyOf(cells: readonly (readonly Value[])[]): string {
  const [first] = cells;
  if (cells.length === 1 && first?.length === 1) return first[0] ?? 'NULL';
  return toTsv(cells);
}
