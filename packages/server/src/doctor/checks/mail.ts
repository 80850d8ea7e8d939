import type { Check } from "../check.ts";
import { finding } from "../finding.ts";
import { environmentFix } from "../fixes/environment.ts";

/** Signs in to the mail server, if one is configured. The check sends no mail. */
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
      return [finding("mail-server-unusable", { detail, fix: environmentFix(`SMTP_URL=${url}`) })];
    }
  },
};
