// How the console is built: plain files below build/console that the gateway serves as they are.
import { defineConfig } from 'vite';
import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // Relative, so that the gateway may serve it below any path.
  base: './',
  plugins: [vue({ features: { optionsAPI: false } })],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  resolve: { alias: { '@': here('src') } },
  build: {
    outDir: process.env.PAIDAN_CONSOLE_OUT || here('../../build/console'),
    emptyOutDir: true,
    // Browsers of UOS, Kylin and 360 are some years old.
    target: 'chrome87',
    cssTarget: 'chrome87',
    // default-src 'self' has no data: in it; every picture is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rollupOptions: {
      output: {
        // What every list needs comes in one piece with the frame: a request costs more than its bytes.
        manualChunks: (id) =>
          /\/src\/(app|design)\/|\/src\/parts\/(VirtualList|TimeLeft|TicketRow|StateMark|Marks|Combo|Deed\w+|Dialog|ProblemBar|Moment|Icon|Logo|Splash|Toasts|KeyHelp|Layout)|node_modules\/@?vue/.test(
            id,
          )
            ? 'frame'
            : undefined,
      },
    },
  },
  server: { proxy: { '/api': process.env.PAIDAN_GATEWAY || 'http://127.0.0.1:8319' } },
});
