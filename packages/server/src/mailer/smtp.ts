import { createTransport } from "nodemailer";
import type { Mailer, MailOutcome } from "../usecases/ports/index.ts";

export type SmtpTimeouts = {
  connectMs: number;
  greetingMs: number;
  /** The longest time without a byte in either direction. Milliseconds. */
  idleMs: number;
};

export type SmtpOptions = {
  host: string;
  port: number;
  isSecure: boolean;
  requiresTls: boolean;
  user: string | undefined;
  password: string | undefined;
  from: { name: string; email: string };
  timeouts?: Partial<SmtpTimeouts> | undefined;
};

/** Matches one recipient. The library could read several recipients from a text with commas, semicolons, groups or angle brackets. */
const ONE_RECIPIENT = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u;

const TIMEOUTS: SmtpTimeouts = { connectMs: 10_000, greetingMs: 30_000, idleMs: 90_000 };

export type Smtp = Mailer & {
  /** Connects to the server and signs in, but sends no mail. If this fails, rejects with the error of the connection or the server. */
  probe(): Promise<void>;
};

/** Sends mails to an SMTP server. Each mail has its own connection. */
export function createSmtp({ host, port, isSecure, requiresTls, user, password, from, ...options }: SmtpOptions): Smtp {
  const { connectMs, greetingMs, idleMs } = { ...TIMEOUTS, ...options.timeouts };
  const transport = createTransport({
    host,
    port,
    secure: isSecure,
    requireTLS: requiresTls && !isSecure,
    ...(user !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: connectMs,
    greetingTimeout: greetingMs,
    socketTimeout: idleMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.email.slice(from.email.lastIndexOf("@") + 1);
  return {
    async send({ id, to, subject, text, html, unsubscribeUrl }, { signal }) {
      if (!ONE_RECIPIENT.test(to)) return { state: "refused", problem: "The email address is not valid." };
      try {
        await transport.sendMail({
          from: { name: from.name, address: from.email },
          to: { name: "", address: to },
          subject,
          text,
          html,
          // The id of a mail is the same at each try, so that mail programs can recognise a mail that arrives twice.
          messageId: `<${id}@${domain}>`,
          headers: {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            // With this header, a mail program shows a button. A click sends one POST that turns off such mails (RFC 8058).
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
      await transport.verify();
    },
  };
}

type SmtpError = Error & { code?: string; command?: string; responseCode?: number };

/** Matches the enhanced status codes for a recipient that does not exist (RFC 3463), and the texts of servers without such codes. */
const NO_RECIPIENT = /\b5\.1\.(?:[0-6]|10)\b|no such user|no such recipient|user unknown|unknown user|does not exist/i;

/**
 * Only two failures are final: the recipient does not exist, or the server refuses the content. After other failures, such as a wrong
 * password, a wrong sender or a refused relay, the service tries again, because the operator can repair the cause.
 */
function outcomeOf(error: unknown): MailOutcome {
  const { code, command, responseCode = 0, message } = error as SmtpError;
  const isRecipient = code === "EENVELOPE" && command === "RCPT TO" && NO_RECIPIENT.test(message);
  const isAboutMail = isRecipient || code === "EMESSAGE";
  const problem = [code, message].filter((part) => part !== undefined).join(": ");
  return { state: isAboutMail && responseCode >= 500 ? "refused" : "failed", problem };
}
