import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// A build started from a test run must not get React's slow development form.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

// The page is served under a strict Content-Security-Policy: no inline scripts, no inline styles, no data: addresses.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
  },
  // `npx vite` in this folder gives hot reloading against a local server that already runs.
  server: { proxy: { '/api': 'http://127.0.0.1:4318' } },
});
