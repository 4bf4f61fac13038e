import { reasonOf } from '@iotcore/engine';

/** Why this server itself ends sessions, beside what the engine ends them for. */
export const closingReasons = {
  serverStopping: reasonOf('server stopping'),
  leftCluster: reasonOf('node left the cluster'),
  addressBlocked: reasonOf('address blocked'),
  disconnected: reasonOf('disconnected by an operator'),

  // What they rested on is there no more.
  passwordDeleted: reasonOf('password deleted'),
  certificateDeleted: reasonOf('certificate deleted'),
  registryDisabled: reasonOf('registry disabled'),
  disabled: reasonOf('disabled by an operator'),
  ownerDeleted: {
    device: reasonOf('device deleted'),
    registry: reasonOf('registry deleted'),
    broker: reasonOf('broker deleted'),
  },
} as const;
