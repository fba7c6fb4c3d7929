import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

/**
 * Most kB (1,000 bytes) after gzip: what is loaded before the editor, the parser (loaded when there is SQL to look at; most of it is
 * PostgreSQL's grammar as WebAssembly), and everything.
 */
const FIRST_LOAD_KB = 400;
const PARSER_KB = 450;
const ALL_KB = 1_500;

const isParser = (file: string): boolean => /\/(parse-worker|libpg-query)-[^/]+$/.test(file);

const kb = (bytes: number): number => Math.round(bytes / 1_000);
const compressed = (part: Rollup.OutputChunk | Rollup.OutputAsset): Buffer =>
  gzipSync(part.type === 'chunk' ? part.code : part.source, { level: 9 });
const gzipped = (part: Rollup.OutputChunk | Rollup.OutputAsset): number => compressed(part).length;

/** The files that the page asks for at once: its entry, what that imports, and the style sheets. */
function firstLoad(bundle: Rollup.OutputBundle): Set<string> {
  const files = new Set<string>();
  const take = (file: string): void => {
    const part = bundle[file];
    if (part === undefined || files.has(file)) return;
    files.add(file);
    if (part.type === 'chunk') for (const imported of part.imports) take(imported);
  };
  for (const [file, part] of Object.entries(bundle)) {
    if (part.type === 'chunk' ? part.isEntry : file.endsWith('.css')) take(file);
  }
  return files;
}

/** A build that people would wait for fails. */
export function sizeBudget(): Plugin {
  return {
    name: 'size-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const first = firstLoad(bundle);
      const sizes = Object.entries(bundle).map(([file, part]): [string, number] => [file, gzipped(part)]);
      const sum = (of: typeof sizes): number => of.reduce((total, [, size]) => total + size, 0);
      const before = kb(sum(sizes.filter(([file]) => first.has(file))));
      const parser = kb(sum(sizes.filter(([file]) => isParser(file))));
      const all = kb(sum(sizes));
      if (parser === 0) this.error('the parser is not in the build, or has another name');
      if (before > FIRST_LOAD_KB)
        this.error(`the first load is ${before} kB after gzip; ${FIRST_LOAD_KB} are allowed`);
      if (parser > PARSER_KB) this.error(`the parser is ${parser} kB after gzip; ${PARSER_KB} are allowed`);
      if (all > ALL_KB) this.error(`everything is ${all} kB after gzip; ${ALL_KB} are allowed`);
      this.info(
        `first load ${before} of ${FIRST_LOAD_KB} kB, parser ${parser} of ${PARSER_KB} kB, everything ${all} of ${ALL_KB} kB (gzip)`,
      );
    },
  };
}

/** Beside each file its gzip, which the agent hands out where the browser takes it. */
export function compressedFiles(): Plugin {
  return {
    name: 'compressed-files',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      for (const [file, part] of Object.entries(bundle)) {
        if (/\.(js|css|wasm)$/.test(file)) writeFileSync(join(dir, `${file}.gz`), compressed(part));
      }
    },
  };
}
