import type { Invitation } from "@valetkey/client";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { isExpired } from "../../components/expiry.ts";
import { Problem } from "../../components/states.tsx";
import { copyText } from "../../service/clipboard.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { formatDate } from "../../texts/index.ts";
import { useRenewInvitation } from "./change-shares.ts";
import { MailedLine } from "./mailed-line.tsx";
import type { Subject } from "./shares-query.ts";

const words = invitationTexts;

type InvitationLineProps = { subject: Subject; invitation: Invitation; now: number };

/** Shows the state of an invitation, and buttons for its link. */
export function InvitationLine({ subject, invitation, now }: InvitationLineProps) {
  const renew = useRenewInvitation(subject);
  const { email, url, linkExpiresAt, expiresAt } = invitation;
  const hasExpired = isExpired(linkExpiresAt, now);
  return (
    <div className="flex flex-col gap-2 pl-10">
      <p className="text-muted text-small">
        {hasExpired ? words.expired : words.waiting(formatDate(linkExpiresAt, now))}
      </p>
      <div className="flex flex-wrap gap-2">
        {!hasExpired && !isExpired(expiresAt, now) && (
          <CopyButton text={url} action={words.copy} label={words.copyOf(email)} onCopy={copyText} />
        )}
        <Button
          kind="quiet"
          aria-label={words.renewOf(email)}
          disabled={renew.isPending}
          onClick={() => renew.mutate(invitation)}
        >
          {words.renew}
        </Button>
      </div>
      <p role="status" className={renew.isSuccess ? "text-muted text-small" : "sr-only"}>
        {renew.isSuccess && words.renewed}
      </p>
      <MailedLine emails={renew.isSuccess ? [email] : []} />
      {renew.isError && <Problem error={renew.error} />}
    </div>
  );
}
