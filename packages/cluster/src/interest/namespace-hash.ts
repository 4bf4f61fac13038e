/**
 * A namespace in 32 bits (FNV-1a over its UTF-16 code units, then mixed). If two namespaces have the same hash, a frame may
 * be sent for nothing: the node that receives it looks for subscribers by the whole name.
 */
export function namespaceHash(namespace: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < namespace.length; at++) hash = Math.imul(hash ^ namespace.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
