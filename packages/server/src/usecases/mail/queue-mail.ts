import type { MailKind, NoticeMail } from "../../domain/mail.ts";
import type { Deps, Queries } from "../ports/index.ts";
import { orOverLimit, takeMailLimits } from "./mail-rate-limits.ts";

/** The mails that collect no notices, and are sent immediately. */
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
 * Queues a mail if mail is on and the limit is not exceeded. The caller does not start the worker, because its work would delay the
 * response. Returns false if the limit is exceeded.
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
