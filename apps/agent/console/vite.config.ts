import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedFiles, sizeBudget } from './budget.js';
import { parserAsset } from './parser-asset.js';

/** The agent serves the output under `default-src 'self'`: nothing inline, no data: URLs, no third-party host. */
export default defineConfig({
  plugins: [react(), tailwindcss(), sizeBudget(), compressedFiles()],
  worker: { format: 'es', plugins: () => [parserAsset()] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    // In kB before compression; budget.ts looks at what is left after it.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
  },
});
