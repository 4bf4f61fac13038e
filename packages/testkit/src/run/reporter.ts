/**
 * What a test run prints: how far it is, what failed with the logs of the servers that it failed over, and at the end the
 * sum and the slowest files. Nothing of what passed.
 */
import { MinimalReporter, type TestCase, type TestModule, type TestSpecification } from 'vitest/node';

type End = Parameters<MinimalReporter['onTestRunEnd']>;

/** A line is written at most this often where lines cannot be replaced: in a file, or in continuous integration. */
const betweenLinesMs = 15_000;
const shownFiles = 10;
/** What no run of plain `npm test` has: what sets the variable has it. */
const apart: readonly (readonly [variable: string, what: string, command: string])[] = [
  ['TEST_FULL', 'the rest of what is exhaustive', 'npm run test:full'],
  ['TEST_DEBIAN', 'what needs the clients of Debian', 'npm run test:debian'],
  ['TEST_SDK_YANDEX', 'what needs the official Node SDK', 'npm run test:sdk-yandex'],
  ['TEST_CONSOLE', 'what needs a browser', 'npm run test:console'],
  ['TEST_AEDES', 'the second MQTT engine', 'npm run test:aedes'],
];
/** The last lines of a process that failed a test; the rest is rarely about it. */
const shownLines = 150;

export default class extends MinimalReporter {
  #files = 0;
  #endedFiles = 0;
  #passed = 0;
  #failed = 0;
  #toldAt = 0;
  #hasLine = false;

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications);
    this.#files = specifications.length;
    this.#toldAt = performance.now();
  }

  override onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.#passed += 1;
    if (state !== 'failed') return;
    this.#failed += 1;
    this.#clearLine();
    this.log(`FAILED ${this.relative(test.module.moduleId)} > ${test.fullName}`);
  }

  override onTestModuleEnd(module: TestModule): void {
    this.#endedFiles += 1;
    for (const { message } of module.errors()) {
      this.#clearLine();
      this.log(`FAILED ${this.relative(module.moduleId)}: ${message}`);
    }
    const now = performance.now();
    if (!this.isTTY && now - this.#toldAt < betweenLinesMs) return;
    this.#toldAt = now;
    this.#tell();
  }

  override async onTestRunEnd(...[modules, ...rest]: End): Promise<void> {
    this.#clearLine();
    for (const module of modules) {
      for (const test of module.children.allTests('failed')) this.#printLogs(test);
    }
    await super.onTestRunEnd(modules, ...rest);
    if (modules.length > 1) this.#printSlowest(modules);
    if (isWhole()) this.#printLeftOut();
    if (this.#failed > 0) this.log(`TEST_SEED=${process.env['TEST_SEED']} makes the same choices again`);
  }

  /** In place of a line for each file, and each of its tests that was slow. */
  protected override printTestModule(): void {}

  #tell(): void {
    const seconds = ((performance.now() - this.start) / 1000).toFixed(0);
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    const line = `${this.#endedFiles} of ${this.#files} files, ${this.#passed} tests passed${failed}, ${seconds} s`;
    this.#hasLine = this.isTTY;
    if (this.isTTY) this.ctx.logger.outputStream.write(`\r\x1b[K${line}`);
    else this.log(line);
  }

  #clearLine(): void {
    if (this.#hasLine) this.ctx.logger.outputStream.write('\r\x1b[K');
    this.#hasLine = false;
  }

  #printLogs(test: TestCase): void {
    const { logs } = test.meta();
    if (logs === undefined) return;
    const lines = logs.split('\n');
    const heading = lines.length > shownLines ? `, the last ${shownLines} lines of ${lines.length}` : '';
    this.error(`\nwhat the processes wrote in '${test.fullName}'${heading}:`);
    this.error(lines.slice(-shownLines).join('\n'));
  }

  #printLeftOut(): void {
    const left = apart.filter(([variable]) => !process.env[variable]);
    this.log('left out:');
    for (const [, what, command] of left) this.log(`  ${what} (${command})`);
  }

  #printSlowest(modules: readonly TestModule[]): void {
    const timed = modules.map(
      (module) => [module.diagnostic().duration, this.relative(module.moduleId)] as const,
    );
    this.log('slowest files:');
    for (const [ms, file] of timed.toSorted(([a], [b]) => b - a).slice(0, shownFiles))
      this.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${file}`);
  }
}

/** Was vitest called without a choice of files, tests or projects: `vitest run`? */
function isWhole(): boolean {
  return process.argv.length === 3;
}
