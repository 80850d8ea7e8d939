import type { Message } from "../../domain/mail.ts";

/**
 * `refused`: the server will never accept this mail. `failed`: a later try may succeed.
 * `problem` explains the failure to the operator, and may quote the server.
 */
export type MailOutcome = { state: "accepted" } | { state: "refused" | "failed"; problem: string };

/** Sends mails to an SMTP server. */
export type Mailer = {
  /** Fails if `signal` is aborted, although the server may already have accepted the mail. */
  send(message: Message, options: { signal: AbortSignal }): Promise<MailOutcome>;
};
