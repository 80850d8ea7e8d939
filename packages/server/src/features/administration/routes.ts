import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { accountInvitationRoutes } from "./invitation-routes.ts";
import { allLinkRoutes } from "./link-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { mailRoutes } from "./mail-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { policyRoutes } from "./policy-routes.ts";

/** The routes below /admin, except the doctor. */
export function administrationRoutes(app: App, deps: RouteDeps): void {
  for (const routes of [peopleRoutes, accountInvitationRoutes, allLinkRoutes, policyRoutes, mailRoutes, logRoutes])
    routes(app, deps);
}
