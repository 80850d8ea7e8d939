import { queryOptions } from "@tanstack/react-query";
import { type OpenInvitation, ValetKeyError } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { texts } from "../../texts/index.ts";

/** Queries the invitation that belongs to a token. Without a token, sends no request. */
export const lookQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => {
      if (token === "") throw new ValetKeyError("invitation_not_found", "The link is not complete.", { status: 404 });
      return client.invitations.look(token, { signal });
    },
  });

export function invitationTitle({ opens, ownerName, noteTitle, filename }: OpenInvitation): string {
  if (opens === "service") return invitationTexts.page.invites(ownerName, location.host);
  return invitationTexts.page.shares(ownerName ?? texts.common.someone, filename ?? noteTitle ?? texts.notes.untitled);
}

/** The error codes for an invitation that does not work. */
type Closed = keyof typeof invitationTexts.closed;

export function isClosed(error: unknown): error is ValetKeyError & { code: Closed } {
  return error instanceof ValetKeyError && Object.hasOwn(invitationTexts.closed, error.code);
}
