import { defineConfig } from 'vite';
import { precompress } from './precompress.mjs';

/** The address of the console's server during development. */
const server = process.env['CONSOLE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: a proxy may serve the page below any path.
  base: './',
  plugins: [precompress()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Keeps light-dark(): a fallback would not follow the theme switch.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // No data: URLs, which a strict content security policy blocks.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { bundlerTimings: false },
      onwarn(warning, warn) {
        // "use client" is for server-side rendering, which is not used here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: { proxy: { '/api': { target: server, changeOrigin: true } } },
});
