import type { RouteOptions } from "fastify";

export type RouteTable = ReturnType<typeof createRouteTable>;

/** Stores every registered route, so that the service can distinguish a 404 from a 405. */
export function createRouteTable() {
  const routes: { pattern: RegExp; method: string }[] = [];
  const apiSections = new Set<string>();
  return {
    add({ method, url, config }: RouteOptions): void {
      if (config?.isPage !== true) apiSections.add(firstSegment(url));
      const path = url
        .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
        .replaceAll(/:[^/]+/g, "[^/]+")
        .replaceAll("*", ".*");
      for (const each of [method].flat()) routes.push({ pattern: new RegExp(`^${path}$`), method: each });
    },
    /** Whether the API has routes below the first segment of this path, such as `/notes` in `/notes/1/2`. */
    isOfApi: (path: string): boolean => apiSections.has(firstSegment(path)),
    /** Returns the methods that the routes of this path accept. */
    methodsOf: (path: string): string[] => [
      ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
    ],
  };
}

function firstSegment(path: string): string {
  return path.split("/", 2)[1] ?? "";
}
