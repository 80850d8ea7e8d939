import { DomainError } from "../../domain/errors.ts";
import type { MailKind } from "../../domain/mail.ts";
import { takeFromWindow } from "../limit-windows.ts";
import type { Deps, Queries } from "../ports/index.ts";

/** The mails of one kind to one email address. The limit holds for all callers together. */
const LIMIT = { max: 3, windowMs: 3_600_000 };

/** All mails to one email address, without those for a new password. Otherwise a stranger could keep an owner out for a day. */
const DAY_LIMIT = { name: "mail", max: 10, windowMs: 86_400_000 };

const PROBLEM = "This email address got several mails already. Wait until Retry-After has passed, then try again.";

/** Adds a mail to the outbox, in the transaction that causes it. Throws `rate_limited`. */
export async function queueMail(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Pick<Queries, "mails" | "limitCounts">,
  mail: MailKind & { email: string },
): Promise<void> {
  const ofKind = { name: `mail ${mail.kind}`, ...LIMIT };
  for (const limit of mail.kind === "password-reset" ? [ofKind] : [ofKind, DAY_LIMIT]) {
    await takeFromWindow({ db: tx, clock }, { limit, holder: mail.email, amount: 1, problem: PROBLEM });
  }
  await tx.mails.insert({ ...mail, id: newId() }, { now: clock() });
}

/**
 * Does the same if the service sends mails, and nothing over the limit. The caller does not call the worker, whose work would delay the
 * response.
 */
export async function queueMailIfOn(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Pick<Queries, "mails" | "limitCounts">,
  mail: MailKind & { email: string },
): Promise<void> {
  if (deps.mail !== undefined) await queueMail(deps, tx, mail).catch(orOverLimit);
}

/** Ignores that an email address gets no more mails for now. */
export function orOverLimit(error: unknown): void {
  if (!(error instanceof DomainError && error.code === "rate_limited")) throw error;
}
