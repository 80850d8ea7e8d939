import type { MailConfig } from "../config/index.ts";
import type { Smtp } from "../mailer/smtp.ts";

/** Loads the mail library only here, because a service without mail does not need it. */
export async function openMailer(config: MailConfig): Promise<Smtp> {
  const { createSmtp } = await import("../mailer/smtp.ts");
  return createSmtp(config);
}
