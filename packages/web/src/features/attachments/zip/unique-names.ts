/** Says how to call each file where no name may be there twice, whatever the case: "a.txt", "a (2).txt", "A (3).txt". */
export function createUniqueNames(): (filename: string) => string {
  const taken = new Set<string>();
  return (filename) => {
    const dot = filename.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [filename.slice(0, dot), filename.slice(dot)] : [filename, ""];
    let name = filename;
    for (let count = 2; taken.has(fold(name)); count += 1) name = `${stem} (${count})${extension}`;
    taken.add(fold(name));
    return name;
  };
}

/** Most people's disks know no difference of case, nor of how an accent is written. */
function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
