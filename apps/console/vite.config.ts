import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** For `npx vite` beside a running installation: the API answers as if the page came from it. */
const api = process.env['IOTCORE_ENDPOINT'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    license: { fileName: 'assets/licences.md' },
    // Everything is a file of its own: the policy of the page allows images from `data:`, scripts and styles never.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: Object.fromEntries(
      ['/ext', '/iot-devices', '/iot-broker', '/operations', '/resource-manager', '/iam'].map((path) => [
        path,
        api,
      ]),
    ),
  },
});
