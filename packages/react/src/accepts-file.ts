/** Whether `accept` of an input permits the file: no list, its type, a type with `*` at its end, or the end of its name. */
export function acceptsFile({ name, type }: Pick<File, "name" | "type">, accept: string | undefined): boolean {
  const kinds = (accept ?? "").split(",").map((kind) => kind.trim().toLowerCase());
  const permitted = kinds.filter((kind) => kind !== "");
  return permitted.length === 0 || permitted.some((kind) => isKind({ name, type: type.toLowerCase() }, kind));
}

function isKind({ name, type }: { name: string; type: string }, kind: string): boolean {
  if (kind.startsWith(".")) return name.toLowerCase().endsWith(kind);
  if (kind.endsWith("*")) return type.startsWith(kind.slice(0, -1));
  return type === kind;
}

/** Whether a dropped item is a folder. Its File has no bytes that can be read. */
export function isFolder(item: DataTransferItem): boolean {
  return item.webkitGetAsEntry?.()?.isDirectory === true;
}
