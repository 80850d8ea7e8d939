import type { Metrics } from "../metrics/requests.ts";
import { HttpProblem, refusalOf } from "./problem.ts";
import type { RequestSpans } from "./request-spans.ts";
import type { RouteTable } from "./route-table.ts";
import type { App } from "./route-types.ts";
import { notFound, sendProblem } from "./send-problem.ts";
import type { WebApp } from "./web-app.ts";

type Options = { metrics: Metrics; table: RouteTable; webApp: WebApp | undefined; spans: RequestSpans | undefined };

/**
 * Sends every error as a problem response, with a code from the fixed list. The log contains the whole error, but the response does not.
 */
export function handleErrors(app: App, { metrics, table, webApp, spans }: Options): void {
  app.setErrorHandler((error: Error, request, reply) => {
    spans?.fail(request, refusalOf(error).code);
    sendProblem(error, request, reply);
  });
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
