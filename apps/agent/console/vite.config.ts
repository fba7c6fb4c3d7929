import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The agent serves the output under `default-src 'self'`: nothing inline, no data: URLs, no third-party host. */
export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    // In kB before compression; the first load stays under 400 kB after it.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
  },
});
