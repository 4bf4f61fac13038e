// count.mjs BROKEN REPORT…: adds up vitest's JSON reports (and others of that form), says what failed and why, prints
// "N passed, N failed" as its last line, and fails unless all is well.
// BROKEN is the number of steps that ended badly; one that no failed case explains counts as a failure itself.
import { readFileSync } from 'node:fs';

/** Of a failure's message; the whole stands where it happened. */
const shownCharacters = 1500;

const [broken, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const report of reports) {
  const counted = read(report);
  passed += counted.passed;
  failed += counted.failed;
}
failed = Math.max(failed, Number(broken));
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;

/** A report that is missing or empty is a failure: its tests did not run. A file that does not load has no cases. */
function read(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const unloaded = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    if (numPassedTests + numFailedTests === 0) return { passed: 0, failed: 1 };
    for (const { name, message } of unloaded) explain(name, message);
    for (const { name, assertionResults } of testResults) {
      for (const { status, fullName, failureMessages } of assertionResults) {
        if (status === 'failed') explain(`${name}: ${fullName}`, failureMessages?.join('\n'));
      }
    }
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Said once more at the end: whoever reads a record of which only the end was kept learns why. */
function explain(what, why) {
  console.log(`FAILED ${what}\n${String(why ?? 'no reason given').slice(0, shownCharacters)}\n`);
}
