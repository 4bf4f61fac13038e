import { expect, test, vi } from 'vitest';

let isLoaded = false;
vi.mock('@iotcore/proto', async (importActual) => {
  isLoaded = true;
  return importActual();
});

test('messages are loaded with what serves calls, and not with the ports', async () => {
  await import('./open-grpc.ts');
  expect(isLoaded).toBe(false);
  await import('./calls/create-call-runner.ts');
  expect(isLoaded).toBe(true);
});
