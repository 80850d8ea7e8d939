import type { MailConfig } from "../platform/config/index.ts";
import type { Smtp } from "../platform/mailer/smtp.ts";

/** Loads the mail library only here, because a service without mail does not need it. */
export async function openMailer(config: MailConfig): Promise<Smtp> {
  const { createSmtp } = await import("../platform/mailer/smtp.ts");
  return createSmtp(config);
}
