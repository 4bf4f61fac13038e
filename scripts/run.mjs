// Runs one of our programs in the foreground: `npm start` runs the supervisor, `npm run api` the API alone, and so on.
import { ensureConsole } from './bootstrap/console.mjs';
import { projectFile, runProject, withMqttMemory, withSmallYoungGeneration } from './bootstrap/main.mjs';

const [program, ...args] = process.argv.slice(2);
const withMemory = program === 'mqtt' ? withMqttMemory : withSmallYoungGeneration;
Object.assign(process.env, withMemory(process.env));
// The API serves the console as soon as it is built, and does not wait for it.
const needsConsole = program === 'supervisor' && args.length === 0 && process.env.IOT_CONSOLE !== 'off';
await runProject([projectFile('apps', program, 'src', 'main.ts'), ...args], {
  dev: false,
  ...(needsConsole && { beside: ensureConsole }),
});
