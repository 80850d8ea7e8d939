import type { OpenInvitation, Invitation as WireInvitation } from "@valetkey/contract";
import { isoOrNull, toIso } from "../../../platform/http/wire.ts";
import { type DescribedInvitation, invitationUrl } from "./describe.ts";
import type { LookedAt } from "./look-at-invitation.ts";

/** Presents an invitation to the owner of the note. */
export function presentInvitation(
  { id, email, role, expiresAt, invitedAt, linkExpiresAt, token }: DescribedInvitation,
  { publicUrl }: { publicUrl: string },
): WireInvitation {
  return {
    ...{ id, email, role },
    expiresAt: isoOrNull(expiresAt),
    invitedAt: toIso(invitedAt),
    linkExpiresAt: toIso(linkExpiresAt),
    url: invitationUrl(publicUrl, { token }),
  };
}

/** Presents an invitation to the person who holds its link. */
export function presentOpen(found: LookedAt): OpenInvitation {
  if (found.opens === "service") {
    const { inviterName, invitation } = found;
    const nothing = { noteTitle: null, filename: null, role: null, expiresAt: null };
    return { opens: "service", ownerName: inviterName ?? null, email: invitation.email, ...nothing };
  }
  const { invitation, ownerName, noteTitle, filename } = found;
  const { role, email, expiresAt } = invitation;
  return {
    opens: filename === undefined ? "note" : "file",
    ownerName: ownerName ?? null,
    // A person who is invited to one file must not learn the title of the note.
    noteTitle: filename === undefined ? noteTitle : null,
    filename: filename ?? null,
    ...{ role, email },
    expiresAt: isoOrNull(expiresAt),
  };
}
