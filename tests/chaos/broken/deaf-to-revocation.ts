/** A data plane whose caches and sessions are never told that a right was revoked. */
import { breakModule, startMqtt } from './patch.ts';

breakModule(
  'apps/mqtt/src/revocation/change-listener.ts',
  'for (const change of list) changed(change);',
  'void changed; void list;',
);
await startMqtt();
