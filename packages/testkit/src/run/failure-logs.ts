import { withSourceLines } from '../programs/source-lines.ts';

declare module 'vitest' {
  export interface TaskMeta {
    /** What the processes of a failed test wrote: the reporter shows it beside the failure. */
    logs?: string;
  }
}

/** Keeps what the processes of a failed test wrote. */
export function noteLogs(task: { meta: { logs?: string } }, text = 'the installation was not built'): void {
  task.meta.logs = [task.meta.logs, withSourceLines(text)].filter(Boolean).join('\n');
}
