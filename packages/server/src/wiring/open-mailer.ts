import type { MailConfig } from "../config/index.ts";
import type { Smtp } from "../mailer/smtp.ts";

/** Loads the library for mails, which a service without mail does not need. */
export async function openMailer(config: MailConfig): Promise<Smtp> {
  const { createSmtp } = await import("../mailer/smtp.ts");
  return createSmtp(config);
}
