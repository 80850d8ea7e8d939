import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { MailKind, NoticeMail } from "./mail.ts";
import { mailQueries } from "./mail-queries.ts";
import { orOverLimit, takeMailLimits } from "./mail-rate-limits.ts";

/** The kinds of mails that collect no notices, so they are sent immediately. */
type SingleMail = Exclude<MailKind, NoticeMail>;

/** Adds a mail to the outbox, in the transaction that causes the mail. Throws `rate_limited` if a limit of mails is exceeded. */
export async function queueMail(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Tx,
  mail: SingleMail & { email: string },
): Promise<void> {
  await takeMailLimits({ clock }, tx, mail);
  await mailQueries(tx).insert({ ...mail, id: newId() }, { now: clock() });
}

/**
 * Queues a mail if the service sends mails and no limit of mails is exceeded. Returns false if a limit is exceeded.
 * The caller does not start the worker that sends mails, because this work would delay the response.
 */
export async function queueMailIfOn(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Tx,
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
