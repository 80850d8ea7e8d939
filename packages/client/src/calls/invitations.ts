import type { Call } from "../call.ts";
import type { Invitation, OpenInvitation, RedeemedInvitation, UpdateInvitationBody } from "../wire.ts";

/** Invitations by email address. The owner of the note names an invitation by its id, and the receiver by the token in its link. */
export function invitationCalls(call: Call) {
  const one = (invitationId: string) => `/invitations/${encodeURIComponent(invitationId)}`;
  return {
    /** Returns what an invitation opens. Needs no credentials, and changes nothing. */
    look: (token: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<OpenInvitation>("POST", "/invitations/look", { body: { token }, signal }),
    /** Redeems an invitation for the caller. */
    redeem: (token: string) => call<RedeemedInvitation>("POST", "/invitations/redeem", { body: { token } }),
    /** Changes an open invitation. `newLink: true` makes another link, and the earlier link stops working. */
    update: (invitationId: string, change: UpdateInvitationBody) =>
      call<Invitation>("PATCH", one(invitationId), { body: change }),
    /** Revokes an invitation, and the access that a person has through it. */
    revoke: (invitationId: string) => call<void>("DELETE", one(invitationId)),
  };
}
