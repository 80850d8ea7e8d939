import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import type { AccountVerbs } from "../accounts/index.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { UsageVerbs } from "../usage/index.ts";
import type { AdministrationVerbs } from "./index.ts";
import { accountInvitationRoutes } from "./invitation-routes.ts";
import { allLinkRoutes } from "./link-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { mailRoutes } from "./mail-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { policyRoutes } from "./policy-routes.ts";

/** The routes below /admin, except the doctor. */
export function administrationRoutes(
  app: App,
  deps: RouteDeps<AccountVerbs & AdministrationVerbs & PeopleVerbs & UsageVerbs>,
): void {
  for (const routes of [peopleRoutes, accountInvitationRoutes, allLinkRoutes, policyRoutes, mailRoutes, logRoutes])
    routes(app, deps);
}
