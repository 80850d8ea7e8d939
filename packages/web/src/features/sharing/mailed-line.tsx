import { useQuery } from "@tanstack/react-query";
import { instanceQuery } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";

/** Shows that the service sends a mail to these email addresses. Shows no text if the service sends no mails. */
export function MailedLine({ emails }: { emails: readonly string[] }) {
  const isMailed = useQuery(instanceQuery).data?.mail === true && emails.length > 0;
  return (
    // The element exists before it has a text, so that screen readers announce the text.
    <p role="status" className={isMailed ? "break-words text-muted text-small" : "sr-only"}>
      {isMailed && invitationTexts.mailed(emails.join(", "))}
    </p>
  );
}
