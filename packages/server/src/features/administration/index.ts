import type { Deps } from "../../platform/deps.ts";
import type { App, RouteDeps } from "../../platform/http/routes.ts";
import type { AccountVerbs } from "../accounts/index.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { UsageVerbs } from "../usage/index.ts";
import { accountInvitationRoutes, createInvitationsPage } from "./invitations.ts";
import { allLinkRoutes, createLinksPage } from "./links.ts";
import { createLogPage, logRoutes } from "./log.ts";
import { createMailsPage, mailRoutes } from "./mails.ts";
import { createPeoplePage, peopleRoutes } from "./people.ts";
import { createPolicyPage, policyRoutes } from "./policy.ts";

type AdministrationVerbs = ReturnType<typeof createAdministration>;

export function createAdministration(deps: Deps) {
  return {
    ...createPeoplePage(deps),
    ...createLinksPage(deps),
    ...createLogPage(deps),
    ...createMailsPage(deps),
    ...createPolicyPage(deps),
    ...createInvitationsPage(deps),
  };
}

/** The routes below /admin, except the routes of the doctor. */
export function administrationRoutes(
  app: App,
  deps: RouteDeps<AccountVerbs & AdministrationVerbs & PeopleVerbs & UsageVerbs>,
): void {
  for (const routes of [peopleRoutes, accountInvitationRoutes, allLinkRoutes, policyRoutes, mailRoutes, logRoutes])
    routes(app, deps);
}
