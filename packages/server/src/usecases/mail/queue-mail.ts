import type { MailKind, NoticeMail } from "../../domain/mail.ts";
import type { Deps, Queries } from "../ports/index.ts";
import { orOverLimit, takeMailLimits } from "./mail-limits.ts";

/** Mails with a text of their own, which are sent at once. */
type SingleMail = Exclude<MailKind, NoticeMail>;

/** Adds a mail to the outbox, in the transaction that causes it. Throws `rate_limited`. */
export async function queueMail(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Pick<Queries, "mails" | "limitCounts">,
  mail: SingleMail & { email: string },
): Promise<void> {
  await takeMailLimits({ clock }, tx, mail);
  await tx.mails.insert({ ...mail, id: newId() }, { now: clock() });
}

/**
 * Queues a mail if the service sends mails, and nothing over the limit. The caller does not call the worker, whose work would delay the
 * response. False: the limit held the mail back.
 */
export async function queueMailIfOn(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Pick<Queries, "mails" | "limitCounts">,
  mail: SingleMail & { email: string },
): Promise<boolean> {
  if (deps.mail === undefined) return true;
  try {
    await queueMail(deps, tx, mail);
    return true;
  } catch (error) {
    orOverLimit(error);
    return false;
  }
}
