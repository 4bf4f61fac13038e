import { deafToRevocation } from './builds.ts';
import { breakModule, startMqtt } from './patch.ts';

breakModule(deafToRevocation);
await startMqtt();
