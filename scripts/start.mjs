// `npm start`: everything, in the foreground.
import { projectFile, runProject } from './bootstrap/main.mjs';

await runProject([projectFile('apps', 'supervisor', 'src', 'main.ts'), ...process.argv.slice(2)], {
  dev: false,
});
