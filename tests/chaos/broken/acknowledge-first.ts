import { acknowledgeFirst } from './builds.ts';
import { breakModule, startMqtt } from './patch.ts';

breakModule(acknowledgeFirst);
await startMqtt();
