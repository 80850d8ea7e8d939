import type { Deps } from "../../platform/deps.ts";
import { acceptInvitation, lookAtInvitation } from "./accept-invitation.ts";
import { askForAccess, dismissAccessRequest, grantAccess, listAccessRequests } from "./access-requests.ts";
import { revokeInvitation, updateInvitation } from "./invite.ts";
import { accountInvitationQueries } from "./queries/account-invitations.ts";
import { invitationQueries } from "./queries/invitations.ts";
import { listSharedAttachments, listShares, putShares, revokeShare } from "./shares.ts";
import { admitSignUp, identifySubject, recordSignIn, rememberPerson } from "./sign-up.ts";

export type SharingVerbs = ReturnType<typeof createSharing>;

export function createSharing(deps: Deps) {
  return {
    listSharedAttachments: listSharedAttachments(deps),
    putShares: putShares(deps),
    listShares: listShares(deps),
    revokeShare: revokeShare(deps),
    lookAtInvitation: lookAtInvitation(deps),
    acceptInvitation: acceptInvitation(deps),
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
