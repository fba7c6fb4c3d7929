import { createRequire } from 'node:module';
import path from 'node:path';

/** The scripts of Noto Sans (OFL), each a file of its own: a text is set with the first font that has the letter. */
const SUBSETS = [
  ...['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'vietnamese', 'devanagari'],
] as const;
const WEIGHTS = { regular: 400, bold: 700 } as const;
export type Weight = keyof typeof WEIGHTS;

const FONTS_DIR = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@fontsource/noto-sans/package.json')),
  'files',
);

/** A piece of a line that one font can set. */
export interface Run {
  font: string;
  text: string;
  width: number;
}
export type Line = Run[];

/** Sets text in several fonts, which PDFKit does not: which font has a letter, how wide it is, where a line breaks. */
export class PdfText {
  private readonly coverage = new Map<string, (codePoint: number) => boolean>();
  private readonly fonts = new Map<string, string | undefined>();
  private readonly widths = new Map<string, number>();

  constructor(private readonly doc: PDFKit.PDFDocument) {
    for (const subset of SUBSETS)
      for (const [weight, number] of Object.entries(WEIGHTS)) {
        const name = `${subset} ${weight}`;
        doc.registerFont(name, path.join(FONTS_DIR, `noto-sans-${subset}-${number}-normal.woff`));
      }
  }

  /** Lines of a text in a column. A word that is wider than the column is broken anywhere. */
  lines(text: string, width: number, size: number, weight: Weight = 'regular', most = 40): Line[] {
    const lines: Line[] = [];
    for (const paragraph of printable(text).split('\n')) {
      let line: Line = [];
      let used = 0;
      for (const word of paragraph.match(/\S+\s*/g) ?? []) {
        for (const piece of this.pieces(word, width, size, weight)) {
          const wide = widthOf(piece);
          if (used > 0 && used + this.bare(piece, size) > width) {
            lines.push(line);
            line = [];
            used = 0;
          }
          line.push(...piece);
          used += wide;
        }
      }
      lines.push(line);
    }
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), this.runs('…', size, weight)];
  }

  draw(line: Line, x: number, y: number, size: number): void {
    let at = x;
    for (const run of joined(line)) {
      this.doc.font(run.font).fontSize(size).text(run.text, at, y, { lineBreak: false });
      at += run.width;
    }
  }

  /** A word, or its parts when it is too wide for a line of its own. */
  private pieces(word: string, width: number, size: number, weight: Weight): Line[] {
    const whole = this.runs(word, size, weight);
    if (this.bare(whole, size) <= width) return [whole];
    const parts: Line[] = [];
    let part = '';
    for (const letter of word) {
      if (part !== '' && this.bare(this.runs(part + letter, size, weight), size) > width) {
        parts.push(this.runs(part, size, weight));
        part = letter;
      } else part += letter;
    }
    return [...parts, this.runs(part, size, weight)];
  }

  /** Width without the blanks at the end, which may hang over. */
  private bare(line: Line, size: number): number {
    const last = line.at(-1);
    if (!last) return 0;
    const text = last.text.trimEnd();
    return widthOf(line) - last.width + this.width(text, last.font, size);
  }

  private runs(text: string, size: number, weight: Weight): Line {
    const runs: { font: string; text: string }[] = [];
    for (const letter of text) {
      const font = this.fontOf(letter, weight);
      const last = runs.at(-1);
      const shown = font === undefined ? escaped(letter) : letter;
      if (last && last.font === (font ?? `latin ${weight}`)) last.text += shown;
      else runs.push({ font: font ?? `latin ${weight}`, text: shown });
    }
    return runs.map((run) => ({ ...run, width: this.width(run.text, run.font, size) }));
  }

  private fontOf(letter: string, weight: Weight): string | undefined {
    const key = `${weight} ${letter}`;
    if (!this.fonts.has(key)) {
      const codePoint = letter.codePointAt(0) ?? 0;
      const found = SUBSETS.map((subset) => `${subset} ${weight}`).find((font) => this.has(font, codePoint));
      this.fonts.set(key, found);
    }
    return this.fonts.get(key);
  }

  private has(font: string, codePoint: number): boolean {
    let known = this.coverage.get(font);
    if (!known) {
      const { _font } = this.doc.font(font) as unknown as {
        _font: { font: { hasGlyphForCodePoint(codePoint: number): boolean } };
      };
      known = (point) => _font.font.hasGlyphForCodePoint(point);
      this.coverage.set(font, known);
    }
    return known(codePoint);
  }

  private width(text: string, font: string, size: number): number {
    const key = `${font} ${size} ${text}`;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    const width = this.doc.font(font).fontSize(size).widthOfString(text);
    if (this.widths.size < 50_000) this.widths.set(key, width);
    return width;
  }
}

const widthOf = (line: Line): number => line.reduce((sum, run) => sum + run.width, 0);

/** Neighbours in one font become one: far fewer operators in the file. */
function joined(line: Line): Line {
  const runs: Line = [];
  for (const run of line) {
    const last = runs.at(-1);
    if (last?.font === run.font)
      runs[runs.length - 1] = { ...run, text: last.text + run.text, width: last.width + run.width };
    else runs.push(run);
  }
  return runs;
}

/** Control characters and marks that turn the direction of text would let a name disguise itself. */
const printable = (text: string): string => text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}]/gu, ' ');

/** A letter that no font has is shown by its number: better than a box that could be anybody. */
const escaped = (letter: string): string =>
  `[U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
