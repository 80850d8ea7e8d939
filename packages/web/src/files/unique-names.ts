/** The longest name on most file systems. Bytes of UTF-8. */
const MAX_BYTES = 255;
/** Windows and macOS use these characters in paths, or refuse them. */
const FORBIDDEN = /[/\\:*?"<>|\p{Cc}]/gu;
/** Windows refuses these names, also with an extension, and removes dots and spaces at the end of a name. */
const REFUSED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * Returns a function that gives each file a unique name, which every usual file system can store. Names that differ only in case are not
 * unique: "a.txt", "a (2).txt", "A (3).txt".
 */
export function createUniqueNames(): (filename: string) => string {
  const taken = new Set<string>();
  return (filename) => {
    const [stem, extension] = split(storable(filename));
    let name = shorten(stem, extension);
    for (let count = 2; taken.has(normalise(name)); count += 1) name = shorten(stem, ` (${count})${extension}`);
    taken.add(normalise(name));
    return name;
  };
}

function storable(filename: string): string {
  const replaced = filename.replaceAll(FORBIDDEN, "_").replace(/[. ]+$/, (end) => "_".repeat(end.length));
  return REFUSED.test(replaced) ? `_${replaced}` : replaced;
}

function split(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
}

/** Removes characters from the end of the stem, until the name is short enough. An extension that is too long counts as part of the stem. */
function shorten(stem: string, end: string): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  if (bytes(end) > MAX_BYTES / 2) return shorten(stem + end, "");
  const characters = [...stem];
  while (bytes(characters.join("") + end) > MAX_BYTES) characters.pop();
  return characters.join("") + end;
}

/** Most file systems ignore case and the Unicode form of accents. Some letters, such as "ς" and "σ", have one upper case. */
function normalise(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}
