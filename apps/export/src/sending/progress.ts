/** How far an export has come, as its lanes tell it; written down now and then, under the lease. */
import type { SendOutcome } from '@iotcore/export-targets';
import type { Clock } from '@iotcore/process/clock';
import {
  type CursorWrite,
  type ExportCondition,
  eventIdText,
  keptAttempts,
  type Lease,
  type NewAttempt,
  type NewDeadLetter,
  readFrame,
} from '@iotcore/store/exports';
import type { ExportCounters } from '../metrics/counters.ts';
import type { Entry, Window } from './window.ts';

export interface ProgressParts {
  readonly lease: Lease;
  readonly window: Window;
  readonly counters: ExportCounters;
  readonly clock: Pick<Clock, 'nowMs' | 'date'>;
  /** False: the lease is another's. */
  writeCursor(write: CursorWrite): Promise<boolean>;
  /** `away`: the database is. */
  writeDeadLetter(letter: NewDeadLetter): Promise<'written' | 'full' | 'lost' | 'away'>;
  writeAttempts(attempts: readonly NewAttempt[]): Promise<void>;
  /** Told once for each; for people. */
  deadLetter(reason: string): void;
  lost(): void;
}

/** Attempts are written no more often, in ms. */
const attemptsEveryMs = 1000;

interface LaneState {
  readonly condition: ExportCondition;
  readonly nextAttemptAt: Date | undefined;
}

export class Progress {
  readonly #parts: ProgressParts;
  /** By lane: what is wrong there. */
  readonly #states = new Map<object, LaneState>();
  /** Positions of dead letters that the cursor has not passed yet. */
  readonly #deadPositions = new Set<number>();
  #lastError: string | null = null;
  #lastSuccessAt: Date | null = null;
  #attempts: NewAttempt[] = [];
  #attemptsWrittenAt = 0;
  #written = '';

  constructor(parts: ProgressParts) {
    this.#parts = parts;
  }

  delivered(entry: Entry): void {
    this.#parts.counters.delivered += 1;
    this.#parts.window.finish(entry);
  }

  attempted(lane: object, batch: readonly Entry[], outcome: SendOutcome, milliseconds: number): void {
    const { counters } = this.#parts;
    counters.attempts += 1;
    counters.sendSeconds += milliseconds / 1000;
    this.#attempts.push({
      at: this.#parts.clock.date(),
      firstPosition: batch[0]?.position ?? 0,
      lastPosition: batch.at(-1)?.position ?? 0,
      outcome: outcome.outcome.toUpperCase(),
      status: outcome.status ?? null,
      milliseconds: Math.round(milliseconds),
      error: outcome.error ?? null,
      answer: outcome.answer ?? '',
    });
    if (this.#attempts.length > 2 * keptAttempts) this.#attempts = this.#attempts.slice(-keptAttempts);
    if (outcome.outcome === 'done') {
      this.#lastSuccessAt = this.#parts.clock.date();
      this.#states.delete(lane);
      return;
    }
    this.#lastError = outcome.error ?? null;
    this.#setCondition(lane, conditions[outcome.outcome]);
  }

  allRefused(lane: object): void {
    this.#setCondition(lane, 'MISCONFIGURED');
  }

  waits(lane: object, delayMs: number): void {
    const condition = this.#states.get(lane)?.condition ?? 'OK';
    const nextAttemptAt = new Date(this.#parts.clock.date().getTime() + delayMs);
    this.#states.set(lane, { condition, nextAttemptAt });
  }

  /** Makes the message a dead letter. False: there is no room for it, or no database now. */
  async gaveUp(lane: object, entry: Entry, attempts: number, outcome: SendOutcome): Promise<boolean> {
    const reason = outcome.error ?? 'The target refused it.';
    const { eventId } = readFrame(entry.frame);
    const result = await this.#parts.writeDeadLetter({
      ...{ eventId: eventIdText(eventId), position: entry.position, attempts, reason },
      ...{ answer: outcome.answer ?? '', frame: entry.frame },
    });
    if (result === 'lost') this.#parts.lost();
    if (result === 'full') this.#setCondition(lane, 'FULL');
    if (result !== 'written') return false;
    this.#states.delete(lane);
    this.#deadPositions.add(entry.position);
    this.#parts.deadLetter(reason);
    this.#parts.window.finish(entry);
    return true;
  }

  /** Writes down what has changed. Rejects while the database is away. */
  async save(): Promise<void> {
    const { lease, window } = this.#parts;
    const position = window.cursor;
    const passed = [...this.#deadPositions].filter((dead) => dead < position);
    const state = this.#worst();
    const write: CursorWrite = {
      ...{ lease, position, deadLetters: passed.length },
      condition: state?.condition ?? 'OK',
      nextAttemptAt: state?.nextAttemptAt ?? null,
      lastError: this.#lastError,
      lastSuccessAt: this.#lastSuccessAt,
    };
    const { lastSuccessAt: _, ...telling } = write;
    const key = JSON.stringify(telling);
    if (key !== this.#written) {
      if (!(await this.#parts.writeCursor(write))) {
        this.#parts.lost();
        return;
      }
      this.#written = key;
      for (const dead of passed) this.#deadPositions.delete(dead);
    }
    await this.#saveAttempts();
  }

  async #saveAttempts(): Promise<void> {
    const now = this.#parts.clock.nowMs();
    if (this.#attempts.length === 0 || now - this.#attemptsWrittenAt < attemptsEveryMs) return;
    const attempts = this.#attempts.slice(-keptAttempts);
    this.#attempts = [];
    try {
      await this.#parts.writeAttempts(attempts);
    } catch (error) {
      this.#attempts.unshift(...attempts);
      throw error;
    }
    this.#attemptsWrittenAt = now;
  }

  #setCondition(lane: object, condition: ExportCondition): void {
    this.#states.set(lane, { condition, nextAttemptAt: this.#states.get(lane)?.nextAttemptAt });
  }

  /** The worst condition of all lanes. */
  #worst(): LaneState | undefined {
    for (const condition of ['FULL', 'MISCONFIGURED', 'AWAY'] as const)
      for (const state of this.#states.values()) if (state.condition === condition) return state;
    return undefined;
  }
}

/** A refusal is about messages; whether it is about all of them is seen in time. */
const conditions = { refused: 'OK', away: 'AWAY', misconfigured: 'MISCONFIGURED' } as const;
