import type { Check } from "../check.ts";
import { finding } from "../finding.ts";
import { environmentFix } from "../fixes/environment.ts";

/** Signs in to the mail server, and offers a mail from MAIL_FROM. The server gets no content, so the check sends no mail. */
export const mailCheck: Check = {
  name: "mail server",
  applies: ({ probeMail }) => probeMail !== undefined,
  async run({ config, probeMail }) {
    if (probeMail === undefined || config.mail === undefined) return [];
    try {
      await probeMail();
      return [];
    } catch (error) {
      const { host, port, isSecure } = config.mail;
      const reason = error instanceof Error ? error.message : String(error);
      const url = `${isSecure ? "smtps" : "smtp"}://USER:PASSWORD@${host}:${port}`;
      const detail = `The mail server at ${host}:${port} accepts no mails: ${reason}`;
      const isSender = /^(?:MAIL FROM|RCPT TO)$/.test(String((error as { command?: unknown }).command));
      const lines = isSender ? ["MAIL_FROM=the-address-of-this-login@example.com"] : [`SMTP_URL=${url}`];
      return [finding("mail-server-unusable", { detail, fix: environmentFix(...lines) })];
    }
  },
};
