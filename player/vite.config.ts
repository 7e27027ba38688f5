import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where the server is while developing (`npm run dev`); the built player is served by the server itself. */
const server = 'http://127.0.0.1:4600';

export default defineConfig({
  // lucide's and our components alike compile here
  plugins: [svelte()],
  build: {
    outDir: '../src/bandstand/app/player_dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'engine', test: /src\/engine\// }] },
      },
    },
  },
  // the contrast test reads the style sheet
  test: { css: true, include: ['src/**/*.test.ts'] },
  server: { proxy: Object.fromEntries(['/api', '/v1', '/media'].map((path) => [path, server])) },
});
