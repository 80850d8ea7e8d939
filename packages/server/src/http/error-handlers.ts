import type { Metrics } from "./metrics.ts";
import { HttpProblem } from "./problem.ts";
import type { RouteTable } from "./route-table.ts";
import type { App } from "./route-types.ts";
import { notFound, sendProblem } from "./send-problem.ts";
import type { WebApp } from "./web-app.ts";

type Options = { metrics: Metrics; table: RouteTable; webApp: WebApp | undefined };

/** Sends every error as a problem with a code of the closed set. The whole error goes only to the log. */
export function handleErrors(app: App, { metrics, table, webApp }: Options): void {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    const observe = metrics.observer({ method, route: "unmatched" });
    reply.raw.once("finish", () => observe(request, reply, () => undefined));
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
