/** The link that opens the console for the user who started this: valid once, for ten minutes, as the admin. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const timeoutMs = 5000;

/** Without a code, if none was to be had: the console asks for a token then. */
export async function signInLink(dataDir: string, api: string): Promise<string> {
  const page = `${api}/console/`;
  try {
    const token = (await readFile(join(dataDir, 'admin.token'), 'utf8')).trim();
    const answer = await fetch(`${api}/ext/v1/signInCodes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { signInCode } = (await answer.json()) as { signInCode?: string };
    return signInCode === undefined ? page : `${page}#code=${signInCode}`;
  } catch {
    return page;
  }
}
