import { defineConfig } from 'vite';
import { precompress } from './precompress.mjs';

/** Where the console's server listens while the page is worked on. */
const server = process.env['CONSOLE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  // A proxy may serve the page below a path of its own: files find each other from where they are.
  base: './',
  plugins: [precompress()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // light-dark() as it is written; a substitute would not follow the theme's switch.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // No data: URLs, which a strict content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { bundlerTimings: false },
      onwarn(warning, warn) {
        // "use client" is for servers that draw pages; there is none here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: { proxy: { '/api': { target: server, changeOrigin: true } } },
});
