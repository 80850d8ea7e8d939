import { queryOptions } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type OpenInvitation, ValetKeyError } from "@valetkey/client";
import type { ReactNode } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { isSameEmail } from "../../components/email-field.tsx";
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
  account: { email: string } | undefined;
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
  const { invitation, account, error, isLoading } = props;
  useDocumentTitle(invitation === undefined ? words.title : invitationTitle(invitation, account));
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
  if (invitation.callerHas === "note") return <OwnInvitation invitation={invitation} url={props.url} />;
  const hint = `${words.signedIn(account.email)} ${words.hasAccount}`;
  const isToService = invitation.opens === "service";
  return (
    <CardPage
      title={invitationTitle(invitation, account)}
      hint={isToService ? hint : undefined}
      namesService={isToService}
    >
      <div className="flex flex-col gap-3">
        {!isToService && <Terms invitation={invitation} email={account.email} />}
        {error !== null && <Problem error={error} />}
        <Choices {...props} invitation={invitation} account={account} />
      </div>
    </CardPage>
  );
}

/** The account, the access that it has now, the access that the invitation gives, and what changes. */
function Terms({ invitation, email }: { invitation: OpenInvitation; email: string }) {
  const { callerHas, callerShare, email: invited } = invitation;
  const isForAnother = isForAnotherAccount(invitation, email);
  const isShortened = earlierEndOf(invitation) !== undefined;
  // Only the loss of the person who reads the page is in heavy type, if there is one.
  const OtherLoss = isShortened ? "span" : "strong";
  return (
    <div className="mb-3 flex flex-col gap-3 rounded-card border p-4">
      <dl className="flex flex-col gap-3">
        <Fact term={words.signedInAs}>{email}</Fact>
        {callerShare !== null && <Fact term={words.now}>{describeAccess(callerShare)}</Fact>}
        {callerHas !== "access" && (
          <Fact term={isForAnother || isShortened ? words.ifAccepted : words.gives}>
            {describeAccess(invitation)}
            {isShortened && <strong>{words.endsEarlier}</strong>}
            {isForAnother && <OtherLoss>{words.usesUp(invited)}</OtherLoss>}
          </Fact>
        )}
      </dl>
      {isForAnother && callerHas === "access" && (
        <p className="wrap-anywhere text-pretty">{words.staysOpen(invited)}</p>
      )}
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted text-small">{term}</dt>
      <dd className="wrap-anywhere text-pretty *:mt-1 *:block [&>strong]:font-semibold">{children}</dd>
    </div>
  );
}

function describeAccess({ opens, role, expiresAt }: Pick<OpenInvitation, "opens" | "role" | "expiresAt">): string {
  const until = expiresAt === null ? undefined : formatInstant(expiresAt);
  return words.access(opens === "file" || role === null ? "file" : role, until);
}

type ChoicesProps = Pick<InvitationCardProps, "isOpening" | "onOpen" | "onOtherAccount"> & {
  invitation: OpenInvitation;
  account: { email: string };
};

function Choices({ invitation, account, isOpening, onOpen, onOtherAccount }: ChoicesProps) {
  const { callerHas, callerShare, opens } = invitation;
  const earlierEnd = earlierEndOf(invitation);
  const open = (kind: "primary" | "outline", text: string) => (
    <Button
      kind={kind}
      className={kind === "outline" ? "border-line-strong" : ""}
      disabled={isOpening}
      onClick={onOpen}
    >
      {isOpening && opens !== "service" ? words.opening : text}
    </Button>
  );
  const otherAccount = (
    <Button kind="quiet" disabled={isOpening} onClick={onOtherAccount}>
      {words.otherAccount}
    </Button>
  );
  if (earlierEnd !== undefined) {
    const keptEnd = callerShare?.expiresAt ?? null;
    return (
      <>
        <HomeLink kind="primary" text={words.keep(keptEnd && formatInstant(keptEnd))} />
        {open("outline", words.acceptUntil(formatInstant(earlierEnd)))}
        {otherAccount}
      </>
    );
  }
  if (callerHas === "nothing" && isForAnotherAccount(invitation, account.email)) {
    return (
      <>
        <HomeLink kind="primary" text={words.leaveFor(invitation.email)} />
        {open("outline", words.accept)}
        {otherAccount}
      </>
    );
  }
  return (
    <>
      {open("primary", opens === "service" ? words.home : words.open[opens])}
      {otherAccount}
    </>
  );
}

const isForAnotherAccount = ({ opens, email }: OpenInvitation, own: string): boolean =>
  opens !== "service" && !isSameEmail(email, own);

/** Returns the end of the invitation's access, if the access that the person has now lasts longer. */
const earlierEndOf = ({ callerHas, expiresAt }: OpenInvitation): string | undefined =>
  callerHas === "longer" && expiresAt !== null ? expiresAt : undefined;

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

function HomeLink({ kind, text }: { kind: "primary" | "quiet"; text: string }) {
  return (
    <Link
      to="/"
      className={buttonStyle({
        kind,
        className: "h-auto min-h-11 whitespace-normal wrap-anywhere py-2 text-center md:h-auto md:min-h-9 md:py-1",
      })}
    >
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

/** Returns the title of the page. `account`: the signed-in account. */
export function invitationTitle(invitation: OpenInvitation, account?: { email: string }): string {
  const { opens, ownerName, noteTitle, filename, callerHas, email: invited } = invitation;
  if (opens === "service") return words.invites(ownerName, location.host);
  const [who, what] = [ownerName ?? texts.common.someone, filename ?? titleOf(noteTitle ?? "")];
  if (account === undefined || !isForAnotherAccount(invitation, account.email)) return words.shares(who, what);
  return callerHas === "access" ? words.hasAccess(what) : words.sharesWith(who, { what, invited });
}

/** The error codes for an invitation that does not work. */
type Closed = keyof typeof invitationTexts.closed;

export function isClosed(error: unknown): error is ValetKeyError & { code: Closed } {
  return error instanceof ValetKeyError && Object.hasOwn(invitationTexts.closed, error.code);
}
