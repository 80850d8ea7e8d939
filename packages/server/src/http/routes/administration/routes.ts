import type { App, RouteDeps } from "../../route-types.ts";
import { allLinkRoutes } from "./link-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { mailRoutes } from "./mail-routes.ts";
import { peopleRoutes } from "./people-routes.ts";

/** The routes below /admin, except the doctor. */
export function administrationRoutes(app: App, deps: RouteDeps): void {
  for (const routes of [peopleRoutes, allLinkRoutes, mailRoutes, logRoutes]) routes(app, deps);
}
