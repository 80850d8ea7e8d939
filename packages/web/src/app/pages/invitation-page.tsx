import { useMutation, useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { SignUp } from "../../features/accounts/sign-up.tsx";
import { InvitationCard, invitationTitle, isClosed, lookQuery } from "../../features/sharing/invitation-card.tsx";
import { client, hasCode } from "../../service/client.ts";
import { linkTokens } from "../../service/link-tokens.ts";
import { queryClient, sessionQuery } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { signOut } from "../session.ts";

const PATH = "/invitation";
const words = invitationTexts.page;

/** The page of an invitation link. A person without a session first signs up or signs in here. The page then opens the note. */
export function InvitationPage() {
  const token = useToken();
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const account = session.data?.user;
  const invitation = useQuery({ ...lookQuery(token), enabled: !session.isPending });
  const redeem = useMutation({
    mutationFn: () => client.invitations.redeem(token),
    async onSuccess({ noteId, attachmentId }) {
      await queryClient.invalidateQueries({ refetchType: "none" });
      if (attachmentId === null) await navigate({ to: "/n/$noteId", params: { noteId }, replace: true });
      else await navigate({ to: "/shared", replace: true });
      linkTokens.forget(PATH);
    },
  });
  async function goHome(): Promise<void> {
    await navigate({ to: "/", replace: true });
    linkTokens.forget(PATH);
  }
  const { mutate, isIdle } = redeem;
  // If the signed-in user has already used the invitation, the link opens the note again.
  const mayBeOwn = account !== undefined && hasCode(invitation.error, "invitation_used") && isIdle;
  useEffect(() => {
    if (mayBeOwn) mutate();
  }, [mayBeOwn, mutate]);

  const error = redeem.error ?? invitation.error;
  const isLoading = session.isPending || invitation.isPending || mayBeOwn || (error !== null && redeem.isPending);
  if (account === undefined && invitation.data !== undefined && !isLoading && !isClosed(redeem.error)) {
    const { email, opens } = invitation.data;
    const opensService = opens === "service";
    const invited = {
      ...{ title: invitationTitle(invitation.data), email, token, opensService },
      ...{
        hint: opensService ? words.signUpToService : words.signUp,
        closedHint: words.closed(invitation.data.ownerName),
      },
    };
    return <SignUp to={PATH} invited={invited} onDone={() => (opensService ? void goHome() : mutate())} />;
  }
  return (
    <InvitationCard
      invitation={invitation.data}
      account={account}
      url={`${location.origin}${PATH}#${token}`}
      error={error}
      isLoading={isLoading}
      isOpening={redeem.isPending || redeem.isSuccess}
      onOpen={() => (invitation.data?.opens === "service" ? void goHome() : mutate())}
      onRetry={() => void invitation.refetch()}
      onOtherAccount={() => void signOut({ to: PATH })}
    />
  );
}

/**
 * Returns the token of the invitation link. Moves the token from the URL into `linkTokens`, because the browser leaves this page for the
 * sign-in.
 */
function useToken(): string {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  if (hash !== "") linkTokens.hold(PATH, hash);
  useEffect(() => {
    if (hash !== "") void navigate({ to: PATH, replace: true });
  }, [hash, navigate]);
  return hash === "" ? linkTokens.of(PATH) : hash;
}
