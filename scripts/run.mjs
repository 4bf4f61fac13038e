// Runs one of our programs in the foreground: `npm start` runs the supervisor, `npm run api` the API alone, and so on.
import { projectFile, runProject } from './bootstrap/main.mjs';

const [program, ...args] = process.argv.slice(2);
// As packages/process/src/allocator.ts says: a process that runs cannot set it any more.
if (program === 'mqtt') process.env.MALLOC_MMAP_THRESHOLD_ ??= '66000';
await runProject([projectFile('apps', program, 'src', 'main.ts'), ...args], { dev: false });
