const OWN_SECTIONS = ["uploads", "files"];

/** The names that no resource may have, because they begin the other paths. */
export const reservedNames: ReadonlySet<string> = new Set(OWN_SECTIONS);

export type FindPath = (url: string) => string;

/**
 * Builds a function that removes the mount path from a URL. Frameworks and proxies remove all of it, a part of it or nothing.
 * So the first candidate that begins like a path of the embedding counts: the rest after `basePath`, or the whole path.
 */
export function createFindPath({ basePath, resources }: { basePath: string; resources: readonly string[] }): FindPath {
  const sections = new Set([...OWN_SECTIONS, ...resources]);
  const begins = (path: string) => sections.has(path.split(/[/?]/, 2)[1] ?? "");

  return (url) => {
    // A URL that begins with two slashes would name a host.
    const path = `/${url.replace(/^\/+/, "")}`;
    const candidates: string[] = [];
    for (let at = path.indexOf(`${basePath}/`); at !== -1; at = path.indexOf(`${basePath}/`, at + 1)) {
      candidates.push(path.slice(at + basePath.length));
    }
    return candidates.find(begins) ?? (begins(path) ? path : (candidates[0] ?? path));
  };
}
