/**
 * A namespace in 32 bits (FNV-1a over its UTF-16 code units, then mixed). Two namespaces with one hash cost a frame that
 * finds nobody: who receives a message is always decided by the whole name, where it arrives.
 */
export function namespaceHash(namespace: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < namespace.length; at++) hash = Math.imul(hash ^ namespace.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
