import type { RouteOptions } from "fastify";
import type { Metrics } from "../metrics/requests.ts";
import type { WebApp } from "./pages.ts";
import { HttpProblem, notFound, refusalOf, sendProblem } from "./problem.ts";
import type { RequestSpans } from "./request-spans.ts";
import type { App } from "./routes.ts";

/** An embedding lacks the optional members. */
type Options = {
  metrics?: Metrics | undefined;
  table: ReturnType<typeof createRouteTable>;
  webApp?: WebApp | undefined;
  spans?: RequestSpans | undefined;
};

/** Sends every error as a problem with a code of the contract. Only the log contains the whole error. */
export function handleErrors(app: App, { metrics, table, webApp, spans }: Options): void {
  app.setErrorHandler((error: Error, request, reply) => {
    spans?.fail(request, refusalOf(error).code);
    sendProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    const observe = metrics?.observer({ method, route: "unmatched" });
    if (observe !== undefined) reply.raw.once("finish", () => observe(request, reply, () => undefined));
    const path = request.url.split("?", 1)[0] ?? "/";
    const allowed = table.methodsOf(path);
    if (allowed.length === 0 || allowed.includes(method)) {
      const page = table.isOfApi(path) ? undefined : webApp?.notFoundPage(request, reply);
      if (page !== undefined) return page;
      throw notFound();
    }
    throw new HttpProblem("method_not_allowed", `This URL accepts ${allowed.join(", ")}.`, {
      headers: { allow: allowed.join(", ") },
    });
  });
}

/** Stores all registered routes, so that the service can distinguish a 404 from a 405. */
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
    /** Returns whether the API has routes below the first segment of a path, such as `/notes` in `/notes/1/2`. */
    isOfApi: (path: string): boolean => apiSections.has(firstSegment(path)),
    methodsOf: (path: string): string[] => [
      ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
    ],
  };
}

function firstSegment(path: string): string {
  return path.split("/", 2)[1] ?? "";
}
