import { orOverLimit, takeMailLimits } from "../../features/outbox/queue-mail.ts";
import type { Mailer } from "../../platform/mailer/smtp.ts";
import type { TestService } from "../service.ts";

type Sent = Parameters<Mailer["send"]>[0];

/** Counts ten mails to an email address, so that the daily limit of this address refuses further mails. */
export async function useUpMailsOfDay({ db }: TestService, email: string): Promise<void> {
  for (let nth = 0; nth < 10; nth++) {
    // Each mail is about another link, so that the limit of mails about one link does not apply.
    const mail = { kind: "invitation", email, linkId: String(nth) } as const;
    await takeMailLimits({ clock: Date.now }, db, mail).catch(orOverLimit);
  }
}

/** Creates a mailer that accepts every mail and stores it in a list. */
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
    mails,
    to: (email: string) => mails.filter((mail) => mail.to === email),
    /** Returns the token of the last link to a page in the mails to this email address. */
    tokenTo(email: string, page: string): string {
      const link = new RegExp(`/${page}#([\\w-]{43})`);
      const token = mails.flatMap(({ to, text }) => (to === email ? (link.exec(text)?.[1] ?? []) : [])).at(-1);
      if (token === undefined) throw new Error(`No link to /${page} was mailed to ${email}`);
      return token;
    },
  };
}
