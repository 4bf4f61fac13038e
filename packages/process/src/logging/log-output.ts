/** Where log lines go: standard output, whose reader may have stopped, and whose disk may be full. */
import { createRequire } from 'node:module';
import { pino } from 'pino';
import type pretty from 'pino-pretty';

/**
 * Lines that wait for a reader that does not read. Beyond, lines are lost rather than memory filled or the process
 * stalled.
 */
const maxBufferedBytes = 1024 * 1024;

type Destination = ReturnType<typeof pino.destination>;

/** Readable by people, in colour; at once, so that it stays in order with what else is printed. */
export function terminalOutput(): ReturnType<typeof pretty> {
  // Loaded for a terminal only: a process that writes lines starts sooner without.
  const toPretty: typeof pretty = createRequire(import.meta.url)('pino-pretty');
  return toPretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid', colorize: true });
}

/** `lost` is told how many lines were lost once there is room for telling it. */
export function lineOutput(lost: (lines: number) => void): Destination {
  // Written as soon as there is anything; with a least length of 0, `flush` would not wait.
  const output = pino.destination({ fd: 1, sync: false, minLength: 1, maxLength: maxBufferedBytes });
  let lines = 0;
  output.on('drop', () => {
    lines += 1;
  });
  // A full disk: what could not be written stays buffered, and is tried again with the next line.
  output.on('error', () => undefined);
  output.on('drain', () => {
    if (lines === 0) return;
    const count = lines;
    lines = 0;
    lost(count);
  });
  return output;
}

/** The process is about to end: what no reader takes by now is given up, as waiting for it would keep the process. */
export function abandonOutput(logger: pino.Logger): void {
  const output: unknown = Reflect.get(logger, pino.symbols.streamSym);
  if (isDestroyable(output)) output.destroy();
}

function isDestroyable(output: unknown): output is { destroy(): void } {
  return (
    typeof output === 'object' &&
    output !== null &&
    'destroy' in output &&
    typeof output.destroy === 'function'
  );
}
