// Runs one of our programs in the foreground: `npm start` runs the supervisor, `npm run api` the API alone, and so on.
import { projectFile, runProject, withMemorySettings } from './bootstrap/main.mjs';

const [program, ...args] = process.argv.slice(2);
Object.assign(process.env, withMemorySettings(process.env));
const mainOf = (name) => projectFile('apps', name, 'src', 'main.ts');
const isAll = program === 'supervisor' && args[0] !== 'db';
// A backup and a restore end by themselves, and the second signal of one Ctrl-C would cut their cleaning up short.
await runProject([mainOf(program), ...args], {
  dev: false,
  becomes: program !== 'backup',
  compiles: isAll ? ['supervisor', 'api', 'mqtt', 'export'].map(mainOf) : [],
});
