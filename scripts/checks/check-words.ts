/**
 * Fails on a word that the glossary has retired (docs/glossary.md), in names and in comments: each thing has one name,
 * and where a standard has a name for it, that one.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

interface Retired {
  /** Of one part of a name: `space` is found in `spaceOf` and `ownSpace`, not in `namespace`. */
  readonly inNames?: RegExp;
  readonly inComments?: RegExp;
  readonly instead: string;
  /** Elsewhere the word means what it ought to. Default: nowhere. */
  readonly onlyIn?: RegExp;
  /** Files in which the word means what a standard means by it. */
  readonly exceptIn?: RegExp;
}

const retired: readonly Retired[] = [
  {
    inNames: /^spaces?$/,
    inComments: /\btopic spaces?\b/i,
    instead: 'namespace',
    // White space, in JSON and in a shell's words; those of V8's heap.
    exceptIn: /json-array\.ts$|shell-words\.ts$|mqtt-memory\./,
  },
  {
    inNames: /^audiences?$/,
    inComments: /\baudiences?\b/i,
    instead: 'reader group',
    // A claim of JWT (RFC 7519).
    exceptIn:
      /token|jwt|settings\/|service-accounts|open-services|services\.ts$|admin\.test|control\/src\/index/i,
  },
  { inNames: /^spell(ings?|ed)$/, inComments: /\bspellings?\b/i, instead: 'notation' },
  { inNames: /^branch(es)?$/, inComments: /\bopen ends?\b/i, instead: 'prefix route' },
  {
    inNames: /^exchanges?$/,
    instead: 'message bus',
    // The exchange of TLS for keys, that of OAuth for tokens, that of HTTP.
    exceptIn: /doctor\/|tests\/(api|grpc)\//,
  },
  { inNames: /^turns?$/, inComments: /\bturns? of the (event )?loop\b/i, instead: 'tick' },
  {
    inNames: /^judg/,
    inComments: /\bjudg(e|es|ed|ing|ement)\b/i,
    instead: 'check, authenticate, authorize',
  },
  { inNames: /^verdicts?$/, inComments: /\bverdicts?\b/i, instead: 'result' },
  { inNames: /^proofs?$/, instead: 'verified credential' },
  { inNames: /^part(y|ies)$/, instead: 'client' },
  { inNames: /^wish(es|ed)?$/, instead: 'request' },
  { inNames: /^worlds?$/, instead: 'fixture' },
  { inNames: /^canar(y|ies)$/, inComments: /\bcanar(y|ies)\b/i, instead: 'bystander, marker message' },
  { inComments: /\bstored messages?\b/i, instead: 'retained message' },
  // A change is an entry of the change feed.
  { inNames: /^changes?$/, onlyIn: /^packages\/(control|store\/src\/control)\//, instead: 'mutation' },
];

const anywhere = /(?:)/;

/** Labels and names that users know: they stay. */
const kept = new Set(['proofs', 'connections_turned_away_total', 'turnAway', 'turnedAway', 'turnedAwayBy']);

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All retired words of a file, as lines that name the file, the line, the word, and what to write instead. */
export function findRetiredWords({ path, text }: SourceFile): string[] {
  const rules = retired.filter(
    ({ exceptIn, onlyIn = anywhere }) => onlyIn.test(path) && !exceptIn?.test(path),
  );
  return text.split('\n').flatMap((_, index, lines) => {
    const { code = '', comment = '' } = partsOf(lines, index);
    const say = (word: string, instead: string) => `${path}:${index + 1}: "${word}", say ${instead}`;
    const inNames = namesIn(code).flatMap((name) =>
      rules
        .filter(({ inNames }) => wordsOf(name).some((word) => inNames?.test(word)))
        .map(({ instead }) => say(name, instead)),
    );
    const inComments = rules.flatMap(({ inComments, instead }) => {
      const found = inComments?.exec(comment)?.[0];
      return found === undefined ? [] : [say(found, instead)];
    });
    return [...inNames, ...inComments];
  });
}

/** A line's code without its strings, and its comment. Comments of several lines begin each of them with `*`. */
function partsOf(lines: readonly string[], index: number): { code?: string; comment?: string } {
  const line = lines[index] ?? '';
  if (/^\s*(\/\*|\*)/.test(line)) return { comment: line };
  const code = line.replaceAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g, "''");
  const at = code.search(/(^|\s)\/\//);
  return at === -1 ? { code } : { code: code.slice(0, at), comment: code.slice(at) };
}

function namesIn(code: string): string[] {
  return (code.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((name) => !kept.has(name));
}

/** `messagesPerTick` → messages, per, tick. */
function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
}

function main(root: string): void {
  const paths = globSync('{apps,packages,tests,bench,scripts}/**/*.{ts,tsx,mjs}', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\/(generated|node_modules)\/|check-words/.test(path));
  const problems = paths.flatMap((path) =>
    findRetiredWords({ path, text: readFileSync(join(root, path), 'utf8') }),
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`words: ${paths.length} files, none that docs/glossary.md has retired`);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  main(relative(process.cwd(), join(import.meta.dirname, '..', '..')) || '.');
}
