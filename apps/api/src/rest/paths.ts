/** Paths are declared as OpenAPI writes them; Fastify and the search for other methods of a path need other forms. */

const parameter = /\{(\w+)\}/g;

/**
 * `/registries/{registryId}:enable` as Fastify writes it. A parameter ends at a colon or slash: otherwise
 * `/registries/:id` would take `/registries/x:enable` too, and `:id::disable` every custom method.
 */
export function toFastifyPath(path: string): string {
  return path.replaceAll(/:/g, '::').replaceAll(parameter, ':$1(^[^:/]+)');
}

/** Matches the paths (without query) that the declared one stands for. */
export function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(parameter, '[^:/]+')}$`);
}
