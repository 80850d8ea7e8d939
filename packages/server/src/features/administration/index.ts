import type { Deps } from "../../platform/deps.ts";
import {
  inviteToService,
  listAccountInvitations,
  renewAccountInvitation,
  revokeAccountInvitation,
} from "./invitations.ts";
import { listAllLinks, revokeAnyLink } from "./links.ts";
import { listAdminEvents } from "./log.ts";
import { listMails, retryMail } from "./mails.ts";
import { rememberForOperator } from "./operator.ts";
import { changePerson, disableUser, enableUser, listPeople } from "./people.ts";
import { changePolicy, showPolicy } from "./policy.ts";

export type AdministrationVerbs = ReturnType<typeof createAdministration>;

/** Creates what the rest of the service does with this feature. */
export function createAdministration(deps: Deps) {
  return {
    listPeople: listPeople(deps),
    listAdminEvents: listAdminEvents(deps),
    listAllLinks: listAllLinks(deps),
    revokeAnyLink: revokeAnyLink(deps),
    showPolicy: showPolicy(deps),
    changePolicy: changePolicy(deps),
    listAccountInvitations: listAccountInvitations(deps),
    inviteToService: inviteToService(deps),
    renewAccountInvitation: renewAccountInvitation(deps),
    revokeAccountInvitation: revokeAccountInvitation(deps),
    listMails: listMails(deps),
    retryMail: retryMail(deps),
    rememberForOperator: rememberForOperator(deps),
    changePerson: changePerson(deps),
    disableUser: disableUser(deps),
    enableUser: enableUser(deps),
  };
}
