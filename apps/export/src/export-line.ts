import type { Clock } from '@iotcore/process/clock';
import type { LogLine } from '@iotcore/store/data-plane';

/** A line of the connection log of a registry or broker about one of its exports. */
export function exportLine(
  resourceId: string,
  reason: string,
  message: string,
  clock: Pick<Clock, 'date'>,
): LogLine {
  return { resourceId, at: clock.date(), level: 'WARN', reason, message, mustExist: true };
}
