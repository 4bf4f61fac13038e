// `npm test`, and `npm run test:full` with TEST_FULL. Arguments go to vitest: `npm test -- packages/model`.
import { projectFile, runProject } from './bootstrap/main.mjs';

const vitest = projectFile('node_modules', 'vitest', 'vitest.mjs');
await runProject([vitest, 'run', ...process.argv.slice(2)], { dev: true });
