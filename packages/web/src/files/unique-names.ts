/**
 * Returns a function that gives each file a unique name. Names that differ only in case are not unique: "a.txt", "a (2).txt", "A (3).txt".
 */
export function createUniqueNames(): (filename: string) => string {
  const taken = new Set<string>();
  return (filename) => {
    const dot = filename.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [filename.slice(0, dot), filename.slice(dot)] : [filename, ""];
    let name = filename;
    for (let count = 2; taken.has(normalise(name)); count += 1) name = `${stem} (${count})${extension}`;
    taken.add(normalise(name));
    return name;
  };
}

/** Most file systems ignore case and the Unicode form of accents. */
function normalise(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
