// Runs one of our programs in the foreground: `npm start` runs the supervisor, `npm run api` the API alone, and so on.
import { projectFile, runProject, withMqttMemory } from './bootstrap/main.mjs';

const [program, ...args] = process.argv.slice(2);
if (program === 'mqtt') Object.assign(process.env, withMqttMemory(process.env));
await runProject([projectFile('apps', program, 'src', 'main.ts'), ...args], { dev: false });
