/**
 * The result of a try to send a mail. `refused`: the mail server will never accept this mail. `failed`: a later try may succeed.
 * `problem` explains the failure to the operator. `problem` may quote the response of the mail server.
 */
export type MailOutcome = { state: "accepted" } | { state: "refused" | "failed"; problem: string };

/** Sends mails to an SMTP server. */
export type Mailer = {
  /** Sends one mail. If `signal` aborts, the result is `failed`, although the mail server may already have accepted the mail. */
  send(message: Message, options: { signal: AbortSignal }): Promise<MailOutcome>;
};

/**
 * The content of a mail to one email address. `id` is the same at each attempt to send the mail.
 * `unsubscribeUrl`: a POST to this URL turns off mails of this topic (RFC 8058). Undefined: nobody can turn off these mails.
 */
export type Message = {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  unsubscribeUrl?: string | undefined;
};
