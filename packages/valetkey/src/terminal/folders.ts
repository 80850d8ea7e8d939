import { basename, dirname, relative, sep } from "node:path";
import { normalisePath, problemOfPath } from "@valetkey/contract";

/**
 * Returns the folder inside the note for each path that `valetkey send` sends, with a slash at the end, or undefined. Only files with the
 * same name need folders: the ends of their paths that differ. For example, `2024/a.pdf` and `2025/a.pdf` get the folders `2024/` and
 * `2025/`. If the service can't store these folders, the folders are numbers. `paths`: absolute paths, all different.
 */
export function foldersFor(paths: readonly string[], workingFolder: string): Map<string, string | undefined> {
  const byName = Map.groupBy(paths, (path) => basename(path));
  return new Map([...byName.values()].flatMap((same) => (same.length === 1 ? [] : tellApart(same, workingFolder))));
}

function tellApart(paths: readonly string[], workingFolder: string): [path: string, folder: string | undefined][] {
  const isName = (part: string) => part !== "" && part !== "..";
  const partsOf = (folder: string) => folder.split(sep).filter(isName);
  // Relative paths tell less about the machine. Only absolute paths always differ.
  const relatives = paths.map((path) => partsOf(relative(workingFolder, dirname(path))));
  const absolutes = paths.map((path) => partsOf(dirname(path)));
  const longest = Math.max(...absolutes.map(({ length }) => length));
  for (const parents of [relatives, absolutes]) {
    for (let depth = 1; depth <= longest; depth += 1) {
      const folders = parents.map((parts) => parts.slice(-depth).join("/"));
      const isStorable = folders.every((folder) => folder === "" || problemOfPath(normalisePath(folder)) === undefined);
      if (isStorable && new Set(folders).size === paths.length)
        return paths.map((path, at) => [path, folders[at] ? `${folders[at]}/` : undefined]);
    }
  }
  return paths.map((path, at) => [path, `${at + 1}/`]);
}
