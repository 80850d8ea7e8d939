/** The names that no resource may have, because paths without a resource start with these names. */
export const reservedNames: ReadonlySet<string> = new Set(["uploads", "files"]);

const OWN_PATH = /^\/(?:(?:files|uploads)\/[0-9a-f-]{36}|files\/urls)(?:\/|$)/i;

/** Finds the path that a route can match. `paths`: the original path of a request, and its path without the mount path. */
export type FindPath = (paths: readonly string[]) => string;

/**
 * Builds a function that removes the mount path. Some frameworks and proxies remove the whole mount path, some remove a part of it, and
 * some remove nothing. So the function returns the first path that looks like a route. It first tries the rest after `basePath`, then the
 * rest after the last segments of `basePath`, and at last the whole path.
 */
export function createFindPath({ basePath, resources }: { basePath: string; resources: readonly string[] }): FindPath {
  const names = new Set(resources);
  const isRoute = (path: string) => OWN_PATH.test(path) || names.has(path.split("/", 2)[1] ?? "");
  const mounts = basePath.split("/").flatMap((_, index, segments) => {
    const rest = segments.slice(index + 1).join("/");
    return rest === "" ? [] : [`/${rest}`];
  });

  return (given) => {
    // Removes extra slashes, because a URL parser reads the text after two slashes as a host.
    const paths = given.map((path) => `/${path.replace(/^\/+/, "")}`);
    const below = mounts.flatMap((mount) => paths.flatMap((path) => restsOf(path, mount)));
    return [...below, ...paths].find(isRoute) ?? below[0] ?? paths[0] ?? "/";
  };
}

/** Returns the rest of the path after each occurrence of the mount path. */
function restsOf(path: string, mount: string): string[] {
  const rests: string[] = [];
  for (let at = path.indexOf(`${mount}/`); at !== -1; at = path.indexOf(`${mount}/`, at + 1)) {
    rests.push(path.slice(at + mount.length));
  }
  return rests;
}
