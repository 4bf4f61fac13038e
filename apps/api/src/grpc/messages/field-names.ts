/** Names of fields: JSON has `certificateData`, the .proto files have `certificate_data`. */

/**
 * The path of a field as the .proto files name it: `certificates[1].certificate_data`. What stands after a map's name is a
 * key that the caller chose, and stays.
 */
export function toProtoPath(path: string): string {
  const [first = '', ...rest] = path.split('.');
  const isMap = /^(labels|topicAliases|topic_aliases)$/.test(first);
  return [toProtoName(first), ...(isMap ? rest : rest.map(toProtoName))].join('.');
}

function toProtoName(name: string): string {
  // Metadata, not a field of the message.
  if (name.includes('-')) return name.toLowerCase();
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
