import type { Mailer } from "../../../usecases/ports/index.ts";

type Sent = Parameters<Mailer["send"]>[0];

/** A mailer that accepts and collects every mail. */
export function createMailbox() {
  const mails: Sent[] = [];
  const mailer: Mailer = {
    async send(mail) {
      mails.push(mail);
      return { state: "accepted" };
    },
  };
  return {
    mailer,
    to: (email: string) => mails.filter((mail) => mail.to === email),
    /** The token of the last link to this page that was mailed to this email address. */
    tokenTo(email: string, page: string): string {
      const link = new RegExp(`/${page}#([\\w-]{43})`);
      const token = mails.flatMap(({ to, text }) => (to === email ? (link.exec(text)?.[1] ?? []) : [])).at(-1);
      if (token === undefined) throw new Error(`No link to /${page} was mailed to ${email}`);
      return token;
    },
  };
}
