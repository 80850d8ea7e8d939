import { Type } from "typebox";

/**
 * The folder of a file inside its note, such as `photos/2024/`. A file without a folder has no path.
 *
 * A stored path consists of folder names in Unicode NFC, each followed by a slash. A request may omit the last slash. The schema is wider
 * than the rules of `problemOfPath`, so that the service can refuse one file of a batch and say why.
 */
export const FilePath = Type.String({
  maxLength: 10_000,
  examples: ["photos/2024/"],
  description:
    "The folder of the file, such as photos/2024/. At most 1,024 characters and 32 folders, without the names that Windows reserves",
});

const MAX_FILENAME_CHARACTERS = 255;
const MAX_PATH_CHARACTERS = 1_024;
const MAX_FOLDERS = 32;
/** The maximum length of a folder name on common file systems, in bytes of UTF-8. */
const MAX_FOLDER_BYTES = 255;

// Control characters (C0 and C1), and characters that change the direction of text: with them, "gpj.exe" can look like "exe.jpg".
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** The names of devices on Windows. Windows ignores an extension of such a name, and spaces before the extension. */
const RESERVED = /^(?:con|prn|aux|nul|(?:com|lpt)[\d¹²³]|conin\$|conout\$) *(?:\.|$)/i;

/** Returns the stored form of a filename: Unicode NFC, without white space at its start and end. */
export function normaliseFilename(filename: string): string {
  return filename.trim().normalize("NFC");
}

/** Returns why the service refuses a filename, or undefined for a valid filename. The filename must be normalised. */
export function problemOfFilename(filename: string): string | undefined {
  if (filename === "") return "The filename is empty.";
  if (filename.length > MAX_FILENAME_CHARACTERS)
    return `The filename is longer than ${MAX_FILENAME_CHARACTERS} characters.`;
  if (filename === "." || filename === "..") return "The filename can't be . or ..";
  if (!filename.isWellFormed()) return "The filename is not valid Unicode: it has half of a surrogate pair.";
  if (/[/\\]/.test(filename) || UNSAFE.test(filename)) {
    return "The filename has a path separator, a control character or a text-direction mark. Remove it.";
  }
  return undefined;
}

/** Returns the stored form of a path. An empty path means that the file has no folder. */
export function normalisePath(path: string): string {
  const normalised = path.normalize("NFC");
  return normalised === "" || normalised.endsWith("/") ? normalised : `${normalised}/`;
}

/**
 * Returns why the service refuses a path, or undefined for a valid path. The path must be normalised. A valid path stays below its target
 * folder on every operating system. ZIP files and `saveIn` replace characters that Windows can't store, such as `:`.
 *
 * @example
 * ```ts
 * import { normalisePath, problemOfPath } from "@valetkey/contract";
 *
 * console.log(problemOfPath(normalisePath("photos/2024"))); // undefined
 * console.log(problemOfPath("../")); // The path has a folder with the name . or ..
 * ```
 */
export function problemOfPath(path: string): string | undefined {
  if (path === "") return undefined;
  if (path.length > MAX_PATH_CHARACTERS) return `The path is longer than ${MAX_PATH_CHARACTERS} characters.`;
  if (!path.isWellFormed()) return "The path is not valid Unicode: it has half of a surrogate pair.";
  if (UNSAFE.test(path)) return "The path has a control character or a text-direction mark. Remove it.";
  if (path.includes("\\")) return "The path has a backslash. Separate folders with /.";
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "The path is absolute. Send a path such as photos/2024/.";
  const folders = path.slice(0, -1).split("/");
  if (folders.length > MAX_FOLDERS) return `The path has more than ${MAX_FOLDERS} folders.`;
  for (const folder of folders) {
    const problem = problemOfFolder(folder);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfFolder(folder: string): string | undefined {
  if (folder === "") return "The path has a folder without a name.";
  if (folder === "." || folder === "..") return "The path has a folder with the name . or ..";
  if (/[. ]$/.test(folder)) return `The folder "${folder}" ends with a dot or a space. Windows can't store it.`;
  if (RESERVED.test(folder)) return `Windows reserves the name "${folder}". Rename the folder.`;
  if (new TextEncoder().encode(folder).length > MAX_FOLDER_BYTES)
    return `The path has a folder whose name is longer than ${MAX_FOLDER_BYTES} bytes.`;
  return undefined;
}
