import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the page may lie at any path.
  base: './',
  // The client from its source: nothing needs to be built before the page.
  resolve: { conditions: ['@stagedoor/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // amazon-cognito-identity-js comes from a time when bundlers offered Node's name for it.
  define: { global: 'globalThis' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The Content-Security-Policy allows nothing inline: no polyfill in the page, no data: URLs in styles.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // The licences of what others made travel with it. Text, so that browsers show it.
    license: { fileName: 'third-party-licences.txt' },
    // Amazon IVS's SDK, which is loaded when somebody joins a stage and cannot be split.
    chunkSizeWarningLimit: 900,
  },
});
