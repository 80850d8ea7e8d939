import type { Deps } from "../../platform/deps.ts";
import { askForAccess, dismissAccessRequest, grantAccess, listAccessRequests } from "./access-requests.ts";
import { accountInvitationQueries } from "./account-invitation-queries.ts";
import { invitationQueries } from "./invitation-queries.ts";
import { lookAtInvitation } from "./invitations/look-at-invitation.ts";
import { revokeInvitation, updateInvitation } from "./invitations/manage.ts";
import { redeemInvitation } from "./invitations/redeem.ts";
import { identifySubject, recordSignIn, rememberPerson } from "./invitations/remember-person.ts";
import { admitSignUp } from "./invitations/sign-up.ts";
import { listSharedAttachments } from "./list-shared.ts";
import { listShares, putShares, revokeShare } from "./shares.ts";

export type SharingVerbs = ReturnType<typeof createSharing>;

/** Creates what the rest of the service does with this feature. */
export function createSharing(deps: Deps) {
  return {
    listSharedAttachments: listSharedAttachments(deps),
    putShares: putShares(deps),
    listShares: listShares(deps),
    revokeShare: revokeShare(deps),
    lookAtInvitation: lookAtInvitation(deps),
    redeemInvitation: redeemInvitation(deps),
    updateInvitation: updateInvitation(deps),
    revokeInvitation: revokeInvitation(deps),
    deleteOldInvitations: async () => {
      await invitationQueries(deps.db).deleteOld(deps.clock());
      await accountInvitationQueries(deps.db).deleteOld(deps.clock());
    },
    admitSignUp: admitSignUp(deps),
    askForAccess: askForAccess(deps),
    listAccessRequests: listAccessRequests(deps),
    grantAccess: grantAccess(deps),
    dismissAccessRequest: dismissAccessRequest(deps),
    rememberPerson: rememberPerson(deps),
    recordSignIn: recordSignIn(deps),
    identifySubject: identifySubject(deps),
  };
}
