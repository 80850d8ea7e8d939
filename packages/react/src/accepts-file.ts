/**
 * Returns whether the `accept` attribute of an input permits the file. An item of `accept` is a content type, a content type with `*` at
 * the end, or the end of a filename. An empty `accept` permits every file.
 */
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

/** Returns whether a dropped item is a folder. A browser also makes a `File` for a folder, but that `File` has no readable bytes. */
export function isFolder(item: DataTransferItem): boolean {
  return item.webkitGetAsEntry?.()?.isDirectory === true;
}
