import { cellText } from './grid-layout';

/** NULL is a mark, not text: it can't be taken for the word, and '' stays empty. */
export function CellValue({ value }: { value: string | null | undefined }) {
  if (value === null || value === undefined) {
    return <span className="select-none font-sans text-[11px] text-muted italic tracking-wide">NULL</span>;
  }
  return <>{cellText(value)}</>;
}
