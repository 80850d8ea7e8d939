import { queryOptions } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type OpenInvitation, ValetKeyError } from "@valetkey/client";
import { Button, buttonStyle } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { CardPage } from "../../components/page.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { formatInstant, texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";

const words = invitationTexts.page;

type InvitationCardProps = {
  invitation: OpenInvitation | undefined;
  account: { email: string; name: string } | undefined;
  /** The URL of the invitation. */
  url: string;
  error: unknown;
  isLoading: boolean;
  isOpening: boolean;
  onOpen: () => void;
  onRetry: () => void;
  onOtherAccount: () => void;
};

/** The page of an invitation for a signed-in person. Without a session, a person sees this page only if the invitation does not work. */
export function InvitationCard(props: InvitationCardProps) {
  const { invitation, account, error, isLoading, isOpening } = props;
  useDocumentTitle(invitation === undefined ? words.title : invitationTitle(invitation));
  if (isLoading)
    return (
      <CardPage title={words.title}>
        <Skeleton className="h-20 w-full" />
      </CardPage>
    );
  if (isClosed(error)) {
    return <ClosedInvitation code={error.code} account={account} onOtherAccount={props.onOtherAccount} />;
  }
  if (invitation === undefined || account === undefined) {
    return (
      <main className="grid min-h-full place-items-center">
        <Failure title={words.failed} query={{ error, refetch: props.onRetry }} />
      </main>
    );
  }
  const { email, name } = account;
  const { callerHas, email: invited, opens } = invitation;
  if (callerHas === "note") return <OwnInvitation invitation={invitation} url={props.url} />;
  const opensService = opens === "service";
  const hasAccess = callerHas === "access";
  const isForAnother = !opensService && email.toLowerCase() !== invited;
  const forAnother = hasAccess ? words.forAnotherToo : words.forAnother;
  const hint = isForAnother ? forAnother({ invited, own: email }) : words.signedIn(email);
  const isChoice = callerHas === "longer" || (isForAnother && !hasAccess);
  const open = isChoice ? words.acceptAs(name) : words.open;
  return (
    <CardPage title={invitationTitle(invitation)} hint={opensService ? `${hint} ${words.hasAccount}` : hint}>
      <div className="flex flex-col gap-3">
        {!opensService && !hasAccess && (
          <p className="mb-3 whitespace-pre-line text-balance text-center font-medium">{describeGain(invitation)}</p>
        )}
        {error !== null && <Problem error={error} />}
        <Button kind="primary" disabled={isOpening} onClick={props.onOpen}>
          {opensService ? words.home : isOpening ? words.opening : open}
        </Button>
        {isChoice && <HomeLink kind="outline" text={callerHas === "longer" ? words.keep : words.decline} />}
        <Button kind="quiet" disabled={isOpening} onClick={props.onOtherAccount}>
          {words.otherAccount}
        </Button>
      </div>
    </CardPage>
  );
}

function describeGain({ callerHas, callerExpiresAt, opens, role, expiresAt }: OpenInvitation): string {
  const [ownEnd, until] = [callerExpiresAt, expiresAt].map((end) => (end === null ? undefined : formatInstant(end)));
  if (callerHas === "longer" && until !== undefined) return words.shorter({ ownEnd, until });
  return words.gives(opens === "file" || role === null ? "file" : role, until);
}

function OwnInvitation({ invitation, url }: { invitation: OpenInvitation; url: string }) {
  const { email: invited, noteTitle, filename } = invitation;
  useDocumentTitle(words.own);
  return (
    <CardPage title={words.own} hint={words.ownHint({ invited, what: filename ?? titleOf(noteTitle ?? "") })}>
      <div className="flex flex-col gap-3">
        <CopyButton text={url} action={words.copy} kind="primary" />
        <HomeLink kind="quiet" text={words.home} />
      </div>
    </CardPage>
  );
}

function HomeLink({ kind, text }: { kind: "outline" | "quiet"; text: string }) {
  return (
    <Link to="/" className={buttonStyle({ kind })}>
      {text}
    </Link>
  );
}

type ClosedInvitationProps = { code: Closed } & Pick<InvitationCardProps, "account" | "onOtherAccount">;

function ClosedInvitation({ code, account, onOtherAccount }: ClosedInvitationProps) {
  const { title, hint } = invitationTexts.closed[code];
  const isSignedIn = account !== undefined;
  const isUsedByOther = isSignedIn && code === "invitation_used";
  const usedHint = `${words.signedIn(account?.email ?? "")} ${invitationTexts.usedHint}`;
  useDocumentTitle(title);
  return (
    <div role="alert" className="contents">
      <CardPage title={title} hint={isUsedByOther ? usedHint : hint}>
        <div className="flex flex-col gap-3">
          <Link
            to={isSignedIn ? "/" : "/sign-in"}
            search={isSignedIn ? {} : { to: "/invitation" }}
            className={buttonStyle({ kind: "primary" })}
          >
            {isSignedIn ? words.home : words.signIn}
          </Link>
          {isUsedByOther && (
            <Button kind="quiet" onClick={onOtherAccount}>
              {words.otherAccount}
            </Button>
          )}
        </div>
      </CardPage>
    </div>
  );
}

/**
 * Queries what the invitation of a token opens for the current user. Without a token, the query sends no request. The answer depends on the
 * user, so each visit of the page asks again.
 */
export const lookQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    gcTime: 0,
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
