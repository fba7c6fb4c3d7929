import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const FILE = 'libpg-query.wasm';

/** PostgreSQL's parser looks for its WebAssembly beside the script that runs it: there it is put, under a name that changes with it. */
export function parserAsset(): Plugin {
  return {
    name: 'parser-asset',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/libpg-query/wasm/libpg-query.js')) return null;
      if (!code.includes(`"${FILE}"`)) this.error(`the parser names no ${FILE}`);
      const source = readFileSync(join(dirname(id), FILE));
      const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
      const named = FILE.replace('.', `-${hash}.`);
      this.emitFile({ type: 'asset', fileName: `assets/${named}`, source });
      return { code: code.replace(`"${FILE}"`, `"${named}"`), map: null };
    },
  };
}
