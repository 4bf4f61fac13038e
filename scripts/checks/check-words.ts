/**
 * Fails on a word that the glossary has retired (docs/glossary.md), in names, comments, strings and documents: each thing has one name,
 * and where a standard has a name for it, that one.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

interface Retired {
  /** Of one part of a name: `space` is found in `spaceOf` and `ownSpace`, not in `namespace`. */
  readonly inNames?: RegExp;
  /** Of a name as a whole: of words that are right by themselves. */
  readonly asNames?: RegExp;
  readonly inProse?: RegExp;
  readonly instead: string;
  /** Elsewhere the word means what it ought to. Default: nowhere. */
  readonly onlyIn?: RegExp;
  /** Files in which the word means what a standard means by it. */
  readonly exceptIn?: RegExp;
}

const retired: readonly Retired[] = [
  {
    inNames: /^spaces?$/,
    inProse: /\btopic spaces?\b/i,
    instead: 'namespace',
    // White space, in JSON and in a shell's words; those of V8's heap; what the old service's documentation says.
    exceptIn: /json-array\.ts$|shell-words\.ts$|memory-settings\.|published-documentation/,
  },
  {
    inNames: /^audiences?$/,
    inProse: /\baudiences?\b/i,
    instead: 'reader group',
    // A claim of JWT (RFC 7519).
    exceptIn:
      /token|jwt|settings\/|service-accounts|operation-needs|operations\/needs\.ts$|admin\.test|control\/src\/index|grpc\/|docs\/clients/i,
  },
  { inNames: /^spell(ings?|ed)$/, inProse: /\bspellings?\b/i, instead: 'notation' },
  { inNames: /^branch(es)?$/, inProse: /\bopen ends?\b/i, instead: 'prefix route' },
  {
    inNames: /^exchanges?$/,
    instead: 'message bus',
    // The exchange of TLS for keys, that of OAuth for tokens, that of HTTP.
    exceptIn: /doctor\/|tests\/(api|grpc)\//,
  },
  { inNames: /^turns?$/, inProse: /\bturns? of the (event )?loop\b/i, instead: 'tick' },
  {
    inNames: /^judg/,
    inProse: /\bjudg(e|es|ed|ing|ement)\b/i,
    instead: 'check, authenticate, authorize',
  },
  { inNames: /^verdicts?$/, inProse: /\bverdicts?\b/i, instead: 'result' },
  { inNames: /^proofs?$/, instead: 'verified credential' },
  { inNames: /^part(y|ies)$/, instead: 'client' },
  { inNames: /^wish(es|ed)?$/, instead: 'request' },
  { inNames: /^worlds?$/, instead: 'fixture' },
  { inNames: /^canar(y|ies)$/, inProse: /\bcanar(y|ies)\b/i, instead: 'bystander, marker message' },
  {
    asNames: /(?<![Uu]n)[Ss]tored(Message|Reader)|[Pp]ermanentMessage/,
    inProse: /\b(stored|permanent) messages?\b/i,
    instead: 'retained message',
    // The model of the table, which has kept its name.
    exceptIn: /backup\.test\.ts$/,
  },
  // A change is an entry of the change feed.
  { inNames: /^changes?$/, onlyIn: /^packages\/(control|store\/src\/control)\//, instead: 'mutation' },
  // The pipeline is the same for every edge.
  {
    inNames: /^(cookies?|http|fastify)$/,
    inProse: /\bcookies?\b/i,
    onlyIn: /^packages\/control\/src\/(auth|pipeline)\//,
    instead: 'session, credential, edge',
  },
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
  return text.split('\n').flatMap((line, index) => {
    const { code = '', prose } = partsOf(path, line);
    const say = (word: string, instead: string) => `${path}:${index + 1}: "${word}", say ${instead}`;
    const inNames = namesIn(code).flatMap((name) =>
      rules
        .filter(
          ({ inNames, asNames }) => asNames?.test(name) || wordsOf(name).some((word) => inNames?.test(word)),
        )
        .map(({ instead }) => say(name, instead)),
    );
    const inProse = rules.flatMap(({ inProse, instead }) => {
      const found = inProse?.exec(prose)?.[0];
      return found === undefined ? [] : [say(found, instead)];
    });
    return [...inNames, ...inProse];
  });
}

/** A line's code without its strings, and its prose: comments and strings. Comments of several lines begin each of them with `*`. */
function partsOf(path: string, line: string): { code?: string; prose: string } {
  if (path.endsWith('.md') || /^\s*(\/\*|\*)/.test(line)) return { prose: line };
  const strings: string[] = [];
  const code = line.replaceAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g, (text) => {
    strings.push(text);
    return "''";
  });
  const at = code.search(/(^|\s)\/\//);
  if (at !== -1) strings.push(code.slice(at));
  return { code: at === -1 ? code : code.slice(0, at), prose: strings.join(' ') };
}

function namesIn(code: string): string[] {
  return (code.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((name) => !kept.has(name));
}

/** `messagesPerTick` → messages, per, tick. */
function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
}

function main(root: string): void {
  const paths = globSync(
    ['{apps,packages,tests,bench,scripts}/**/*.{ts,tsx,mjs}', '{docs,deploy}/**/*.md', '*.md'],
    { cwd: root },
  )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\/(generated|node_modules)\/|check-words|docs\/glossary\.md$/.test(path));
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
