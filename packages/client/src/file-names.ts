/** A filename with the path of its folder, such as "photos/2024/". */
export type NamedFile = { filename: string; path?: string | undefined };

/**
 * Returns the folder of a file that the user chose with a folder, such as "photos/2024/". Returns undefined for a file that the user chose
 * without a folder. Pass the result as `path` to `upload`.
 *
 * @example
 * ```ts
 * import { pathOf } from "@valetkey/client";
 *
 * console.log(pathOf({ webkitRelativePath: "photos/2024/sea.jpg" })); // photos/2024/
 * ```
 */
export function pathOf({ webkitRelativePath = "" }: { webkitRelativePath?: string }): string | undefined {
  const end = webkitRelativePath.lastIndexOf("/") + 1;
  return end === 0 ? undefined : webkitRelativePath.slice(0, end);
}

/** The maximum length of a filename on most file systems, in bytes of UTF-8. */
const MAX_BYTES = 255;
/** Characters that Windows and macOS use in paths, or refuse in filenames. */
const FORBIDDEN = /[/\\:*?"<>|\p{Cc}]/gu;
/** Names that Windows refuses, even with an extension. Windows also removes dots and spaces at the end of a name. */
const REFUSED = /^(?:con|prn|aux|nul|(?:com|lpt)[\d¹²³]|conin\$|conout\$)(?= *(?:\.|$))/i;

/**
 * Returns a function that gives each file a unique relative name, such as "photos/2024/sea (2).jpg", for a ZIP or a folder on the disk. No
 * path can make the name leave its target folder, and all common file systems can store the name. Names that differ only in case count as
 * equal: "a.txt", "a (2).txt", "A (3).txt".
 *
 * @example
 * ```ts
 * import { createUniqueNames } from "@valetkey/client";
 *
 * const nameOf = createUniqueNames();
 * console.log(nameOf({ filename: "sea.jpg", path: "photos/" })); // photos/sea.jpg
 * console.log(nameOf({ filename: "sea.jpg", path: "photos/" })); // photos/sea (2).jpg
 * ```
 */
export function createUniqueNames(): (file: NamedFile) => string {
  /** The next number of each name. To count from 2 for each file would take too long for many equal names. */
  const numbers = new Map<string, number>();
  const folders = new Map<string, string>();

  function unique(folder: string, wanted: string): string {
    const [stem, extension] = split(storable(wanted));
    let name = shorten(stem, extension);
    const first = normalise(folder + name);
    for (let number = numbers.get(first) as number; numbers.has(normalise(folder + name)); number += 1) {
      name = shorten(stem, ` (${number})${extension}`);
      numbers.set(first, number + 1);
    }
    numbers.set(normalise(folder + name), 2);
    return folder + name;
  }

  /** Returns the unique name of a folder. A file can have the same name, so the folder can also get a number. */
  function nameOfFolder(path: string): string {
    let [given, name] = ["", ""];
    for (const folder of path.split("/").filter((each) => each !== "")) {
      given += `${normalise(folder)}/`;
      name = folders.get(given) ?? `${unique(name, folder)}/`;
      folders.set(given, name);
    }
    return name;
  }

  return ({ filename, path = "" }) => unique(nameOfFolder(path), filename);
}

function storable(name: string): string {
  const replaced = name.replaceAll(FORBIDDEN, "_").replace(/[. ]+$/, (end) => "_".repeat(end.length));
  return replaced === "" || REFUSED.test(replaced) ? `_${replaced}` : replaced;
}

/** Splits a name into stem and extension. A very long extension becomes part of the stem. */
function split(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length - dot < 64 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
}

/** Removes characters from the end of the stem until the whole name is short enough. */
function shorten(stem: string, end: string): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const characters = [...stem.slice(0, MAX_BYTES)];
  while (bytes(characters.join("") + end) > MAX_BYTES) characters.pop();
  return characters.join("") + end;
}

/**
 * Most file systems ignore upper and lower case and the Unicode form of accents. Some letters, such as "ς" and "σ", have the same upper
 * case.
 */
function normalise(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}
