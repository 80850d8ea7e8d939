import { Readable } from "node:stream";
import { createTransport } from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { MailConfig } from "../config/services.ts";
import { isOneRecipient } from "./recipient.ts";

export type SmtpTimeouts = {
  connectMs: number;
  greetingMs: number;
  /** The maximum time without a byte in either direction. */
  idleMs: number;
};

export type SmtpOptions = MailConfig & { timeouts?: Partial<SmtpTimeouts> | undefined };

const TIMEOUTS: SmtpTimeouts = { connectMs: 10_000, greetingMs: 30_000, idleMs: 90_000 };

export type Smtp = Mailer & {
  /**
   * Connects to the SMTP server, signs in, and offers a mail from the sender to the sender itself. Ends the connection before the content,
   * so the server gets no mail. If the offer fails, rejects with the error of the connection or the server.
   */
  probe(): Promise<void>;
};

/** Sends each mail to an SMTP server on a separate connection. */
export function createSmtp({ host, port, isSecure, requiresTls, user, password, from, ...options }: SmtpOptions): Smtp {
  const { connectMs, greetingMs, idleMs } = { ...TIMEOUTS, ...options.timeouts };
  const server = {
    host,
    port,
    secure: isSecure,
    requireTLS: requiresTls && !isSecure,
    connectionTimeout: connectMs,
    greetingTimeout: greetingMs,
    socketTimeout: idleMs,
  };
  const auth = user === undefined ? undefined : { user, pass: password };
  const transport = createTransport({
    ...server,
    ...(auth && { auth }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.email.slice(from.email.lastIndexOf("@") + 1);
  return {
    async send({ id, to, replyTo, subject, text, html, unsubscribeUrl }, { signal }) {
      if (!isOneRecipient(to) || !isOneRecipient(replyTo ?? to))
        return { state: "refused", problem: "The email address is not valid." };
      try {
        await transport.sendMail({
          from: { name: from.name, address: from.email },
          to: { name: "", address: to },
          ...(replyTo !== undefined && { replyTo: { name: "", address: replyTo } }),
          subject,
          text,
          html,
          // The id of a mail is the same in all attempts, so that mail programs can recognise a mail that arrives twice.
          messageId: `<${id}@${domain}>`,
          headers: {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            // With the header List-Unsubscribe-Post, a mail program shows an unsubscribe button, which sends one POST to turn off the mails
            // of the topic (RFC 8058).
            ...(unsubscribeUrl !== undefined && { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }),
          },
          ...(unsubscribeUrl !== undefined && { list: { unsubscribe: { url: unsubscribeUrl, comment: "" } } }),
          signal,
        });
        return { state: "accepted" };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async probe() {
      const connection = new SMTPConnection(server);
      try {
        await offerMail(connection, { auth, address: from.email });
      } catch (error) {
        // The email address of the sender may have no mailbox. The server then refuses the recipient, but accepts the sender.
        if (!isRecipientOnly(error as SmtpError)) throw error;
      } finally {
        connection.close();
      }
    },
  };
}

type Auth = { user: string; pass: string | undefined };

/** Resolves when the SMTP server waits for the content of the mail. Postfix and other servers check the sender only after RCPT TO. */
function offerMail(
  connection: SMTPConnection,
  { auth, address }: { auth: Auth | undefined; address: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const content = new Readable({ read: () => resolve() });
    const offer = () => connection.send({ from: address, to: [address] }, content, (error) => error && reject(error));
    connection.once("error", reject);
    connection.once("end", () => reject(new Error("The server closed the connection")));
    connection.connect((error) => {
      if (error) reject(error);
      else if (auth === undefined) offer();
      else connection.login({ credentials: auth }, (refused) => (refused ? reject(refused) : offer()));
    });
  });
}

function isRecipientOnly({ command, responseCode = 0, message }: SmtpError): boolean {
  return command === "RCPT TO" && (responseCode < 500 || NO_RECIPIENT.test(message));
}

type SmtpError = Error & { code?: string; command?: string; responseCode?: number };

/** Matches the enhanced status codes for an unknown recipient (RFC 3463), and the texts of servers without such codes. */
const NO_RECIPIENT = /\b5\.1\.(?:[0-6]|10)\b|no such user|no such recipient|user unknown|unknown user|does not exist/i;

/**
 * Only two failures are final: the recipient does not exist, or the server refuses the content. After all other failures, such as a wrong
 * password, the service tries again, because the operator can repair the cause.
 */
function outcomeOf(error: unknown): MailOutcome {
  const { code, command, responseCode = 0, message } = error as SmtpError;
  const isRecipient = code === "EENVELOPE" && command === "RCPT TO" && NO_RECIPIENT.test(message);
  const isAboutMail = isRecipient || code === "EMESSAGE";
  const problem = [code, message].filter((part) => part !== undefined).join(": ");
  return { state: isAboutMail && responseCode >= 500 ? "refused" : "failed", problem };
}

/**
 * The outcome of an attempt to send a mail. `refused`: the mail server will never accept the mail. `failed`: a later attempt may succeed.
 * `problem`: explains the failure to the operator, and may quote the response of the mail server.
 */
export type MailOutcome = { state: "accepted" } | { state: "refused" | "failed"; problem: string };

export type Mailer = {
  /** Sends one mail. If `signal` aborts, the outcome is `failed`, although the server may have accepted the mail. */
  send(message: Message, options: { signal: AbortSignal }): Promise<MailOutcome>;
};

/**
 * A mail to one email address. `id`: the same in all attempts to send the mail. `replyTo`: the email address that gets the answers.
 * Default: the sender of the service. `unsubscribeUrl`: a POST to this URL turns off the mails of the topic (RFC 8058). Default: nobody can
 * turn off these mails.
 */
export type Message = {
  id: string;
  to: string;
  replyTo?: string | undefined;
  subject: string;
  text: string;
  html: string;
  unsubscribeUrl?: string | undefined;
};
