/** The environment that vitest runs end-to-end tests in: Node's own, which ends what the files of a worker share. */
import { builtinEnvironments, type Environment } from 'vitest/runtime';
import { endWorker } from './worker-end.ts';

const { node } = builtinEnvironments;

export default {
  ...node,
  name: 'iotcore',
  async setup(global, options) {
    const { teardown } = await node.setup(global, options);
    return {
      async teardown(ended) {
        try {
          await endWorker();
        } finally {
          await teardown(ended);
        }
      },
    };
  },
} satisfies Environment;
