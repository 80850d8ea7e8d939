import type { Message } from "../../domain/mail.ts";

/**
 * `refused`: the server will never accept this mail. `failed`: a later try may succeed.
 * `problem` is for the operator, and may be the text of the server.
 */
export type MailOutcome = { state: "accepted" } | { state: "refused" | "failed"; problem: string };

/** Hands mails to an SMTP server. */
export type Mailer = {
  /** An aborted `signal` is a failure. The server may have accepted the mail. */
  send(message: Message, options: { signal: AbortSignal }): Promise<MailOutcome>;
};
