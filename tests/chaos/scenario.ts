import type { CheckResult, SeededRandom } from '@iotcore/testkit/faults';
import { measureSlownessNow } from '@iotcore/testkit/slowness';
import type { Fixture, FixtureOptions } from './fixture/fixture.ts';

/** A fault, and what must hold while it lasts and after it. */
export interface Scenario {
  /** As in the table of docs/resilience.md. */
  readonly id: string;
  readonly title: string;
  /** Part of the short run. */
  readonly short: boolean;
  /** How long recovery may take, seconds. */
  readonly maxRecoverySeconds?: number;
  /**
   * `kept` (default): every promise must hold. `caught`: the build is broken on purpose, and the checker must find what
   * `catches` names.
   */
  readonly expect?: 'kept' | 'caught';
  readonly catches?: 'lost' | 'foreign';
  /** Why this machine cannot run it; undefined: it can. May install what is missing. */
  readonly obstacle?: () => Promise<string | undefined>;
  run(chaos: Chaos): Promise<CheckResult>;
}

/** What a scenario is given. */
export interface Chaos {
  /** Of this scenario alone: the same for the same seed, whatever else runs. */
  readonly random: SeededRandom;
  /** Fewer rounds and shorter faults. */
  readonly short: boolean;
  /** Builds an installation under load, which goes with the scenario. */
  fixture(options?: FixtureOptions): Promise<Fixture>;
  /** A temporary folder, which goes with the scenario. */
  folder(): Promise<string>;
  /** Runs at the end of the scenario, the last one first. */
  cleanup(what: () => Promise<unknown> | unknown): void;
  /** A figure or remark for the report. */
  note(text: string): void;
}

/** Something that must be so does not depend on any ledger: the scenario fails with the words. */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new BrokenPromise(otherwise);
}

/**
 * What takes an idle machine at most so many seconds may take one that is busy by then as many times longer as it is slower. `what`
 * begins a sentence that ends with the time, as 'the will came after'.
 */
export function mustTake(seconds: number, most: number, what: string): void {
  if (seconds <= most) return;
  const mostNow = most * measureSlownessNow();
  must(seconds <= mostNow, `${what} ${seconds.toFixed(1)} s, of at most ${mostNow.toFixed(1)}`);
}

class BrokenPromise extends Error {}
