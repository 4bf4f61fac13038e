import { namespaceHash } from '../interest/namespace-hash.ts';

/** Two namespaces with one hash. */
export function findCollision(): [string, string] {
  const seen = new Map<number, string>();
  for (let n = 0; ; n++) {
    const name = `registry/${n}`;
    const hash = namespaceHash(name);
    const same = seen.get(hash);
    if (same !== undefined) return [same, name];
    seen.set(hash, name);
  }
}
