import type { Invitation } from "@valetkey/client";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmailText } from "../../components/email-field.tsx";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { formatDate } from "../../texts/index.ts";

const words = invitationTexts.message;

/** A message that tells one person about a share. The message contains the link. */
export type Message = { email: string; text: string };

/** Writes the message for an invitation. The link of the invitation is for one person. */
export function inviteTo(what: string, { url, linkExpiresAt }: Invitation): string {
  return words.personal(what, url, formatDate(linkExpiresAt, Date.now()));
}

type MessageCardProps = { messages: readonly Message[]; isMailed: boolean };

/** Offers a message for each person. If the service sends no mails, the user must send the message. */
export function MessageCard({ messages, isMailed }: MessageCardProps) {
  const [only, second] = messages;
  if (only === undefined) return null;
  const isSingle = second === undefined;
  return (
    <section aria-label={words.title} className="flex flex-col gap-3 rounded-card bg-accent-soft p-3">
      <p className="break-words font-medium">{isMailed ? words.mailed : words.unknown(messages.length)}</p>
      {isSingle && (
        <p className="whitespace-pre-line rounded-small bg-surface p-3 text-small [overflow-wrap:anywhere]">
          {only.text}
        </p>
      )}
      {messages.map(({ email, text }) => (
        <div key={email} className="flex items-center justify-between gap-3">
          {!isSingle && <EmailText email={email} className="text-small" />}
          <CopyButton
            kind={isSingle && !isMailed ? "primary" : "outline"}
            className={isSingle ? "grow" : ""}
            text={text}
            action={words.copy}
            label={words.copyOf(email)}
          />
        </div>
      ))}
    </section>
  );
}
