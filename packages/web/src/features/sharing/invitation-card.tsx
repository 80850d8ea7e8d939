import { queryOptions } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type OpenInvitation, ValetKeyError } from "@valetkey/client";
import { MailX } from "lucide-react";
import type { ReactNode } from "react";
import { BrandMark } from "../../components/brand-mark.tsx";
import { Button, buttonStyle } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Empty, Failure, Problem, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";

const words = invitationTexts.page;

type InvitationCardProps = {
  invitation: OpenInvitation | undefined;
  email: string | undefined;
  error: unknown;
  isLoading: boolean;
  isOpening: boolean;
  onOpen: () => void;
  onRetry: () => void;
  onOtherAccount: () => void;
};

/** The page of an invitation for a signed-in person. Without a session, a person sees this page only if the invitation does not work. */
export function InvitationCard(props: InvitationCardProps) {
  const { invitation, email, error, isLoading, isOpening } = props;
  useDocumentTitle(invitation === undefined ? words.title : invitationTitle(invitation));
  const isSignedIn = email !== undefined;
  if (isLoading)
    return (
      <Frame>
        <Skeleton className="h-44 w-full" />
      </Frame>
    );
  if (isClosed(error))
    return (
      <Frame>
        <ClosedInvitation code={error.code} isSignedIn={isSignedIn} />
      </Frame>
    );
  if (invitation === undefined || email === undefined) {
    return (
      <Frame>
        <Failure title={words.failed} query={{ error, refetch: props.onRetry }} />
      </Frame>
    );
  }
  return (
    <Frame>
      <BrandMark />
      <h1 className="text-balance break-words text-title">{invitationTitle(invitation)}</h1>
      <p className="text-balance break-words text-muted text-small">
        {words.signedIn(email)} {email.toLowerCase() !== invitation.email && words.invited(invitation.email)}{" "}
        {invitation.opens === "service" && words.hasAccount}
      </p>
      {error !== null && <Problem error={error} />}
      <Button kind="primary" className="mt-3 w-full" disabled={isOpening} onClick={props.onOpen}>
        {invitation.opens === "service" ? words.home : isOpening ? words.opening : words.open}
      </Button>
      <Button kind="quiet" className="w-full" disabled={isOpening} onClick={props.onOtherAccount}>
        {words.otherAccount}
      </Button>
    </Frame>
  );
}

function ClosedInvitation({ code, isSignedIn }: { code: keyof typeof invitationTexts.closed; isSignedIn: boolean }) {
  const { title, hint } = invitationTexts.closed[code];
  useDocumentTitle(title);
  return (
    <div role="alert">
      <Empty
        icon={<MailX size={28} strokeWidth={1.5} />}
        title={title}
        hint={hint}
        action={
          <Link
            to={isSignedIn ? "/" : "/sign-in"}
            search={isSignedIn ? {} : { to: "/invitation" }}
            className={buttonStyle({ kind: "outline" })}
          >
            {isSignedIn ? words.home : words.signIn}
          </Link>
        }
      />
    </div>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <main className="grid min-h-full place-items-center px-4 py-12">
      <div className="flex w-full max-w-90 flex-col items-center gap-3 text-center">{children}</div>
    </main>
  );
}

/** Queries the invitation of a token. Without a token, the query sends no request. */
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
  return invitationTexts.page.shares(ownerName ?? texts.common.someone, filename ?? titleOf(noteTitle ?? ""));
}

/** The error codes for an invitation that does not work. */
type Closed = keyof typeof invitationTexts.closed;

export function isClosed(error: unknown): error is ValetKeyError & { code: Closed } {
  return error instanceof ValetKeyError && Object.hasOwn(invitationTexts.closed, error.code);
}
