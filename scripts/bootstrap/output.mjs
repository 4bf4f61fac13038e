// What a program that was started says, for the error if it fails.

/** Resolves with its exit status and all that it wrote to both of its pipes; rejects if it could not be started. */
export function outputOf(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output: output.trimEnd() }));
  });
}
