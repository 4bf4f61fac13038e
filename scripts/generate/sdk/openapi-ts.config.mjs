/** What the generator makes of openapi.yaml. scripts/generate/sdk.ts runs it in a temporary folder, which has that. */
export default {
  input: 'openapi.yaml',
  output: { path: 'generated', module: { extension: '.ts' } },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
};
