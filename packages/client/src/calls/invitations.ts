import type { Call } from "../call.ts";
import type { Invitation, OpenInvitation, RedeemedInvitation, UpdateInvitationBody } from "../wire.ts";

/** The calls for invitations. The owner of the note identifies an invitation by its id. The invited person uses the token in its link. */
export function invitationCalls(call: Call) {
  const one = (invitationId: string) => `/invitations/${encodeURIComponent(invitationId)}`;
  return {
    /** Returns what an invitation opens: a note, a file or an account. The call needs no credentials, and changes nothing. */
    look: (token: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<OpenInvitation>("POST", "/invitations/look", { body: { token }, signal }),
    /** Redeems an invitation: the caller gets the access that the invitation gives. */
    redeem: (token: string) => call<RedeemedInvitation>("POST", "/invitations/redeem", { body: { token } }),
    /** Changes an open invitation. `newLink: true` makes another link, and the earlier link stops working. */
    update: (invitationId: string, change: UpdateInvitationBody) =>
      call<Invitation>("PATCH", one(invitationId), { body: change }),
    /** Revokes an invitation. A person who has access because of this invitation loses that access. */
    revoke: (invitationId: string) => call<void>("DELETE", one(invitationId)),
  };
}
