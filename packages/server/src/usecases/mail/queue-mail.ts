import { DomainError } from "../../domain/errors.ts";
import type { MailKind, NoticeMail } from "../../domain/mail.ts";
import { takeFromWindow, type WindowLimit } from "../limit-windows.ts";
import type { Deps, Queries } from "../ports/index.ts";

/** The mails of one kind to one email address. The limit holds for all callers together. */
const LIMIT = { max: 3, windowMs: 3_600_000 };

/**
 * All mails to one email address, without those that a stranger can cause and that the reader waits for. Otherwise a stranger could keep
 * an owner out for a day.
 */
const DAY_LIMIT = { name: "mail", max: 10, windowMs: 86_400_000 };
const NOT_IN_DAY_LIMIT: ReadonlySet<MailKind["kind"]> = new Set(["password-reset", "link-code"]);

/** The codes of all links together. Otherwise somebody with many links could send any number of mails. */
const CODE_LIMIT: WindowLimit = { name: "mail codes", max: 10, windowMs: 3_600_000 };

const PROBLEM = "This email address got several mails already. Wait until Retry-After has passed, then try again.";

/** Mails with a text of their own, which are sent at once. */
type SingleMail = Exclude<MailKind, NoticeMail>;
type Limited = Pick<Queries, "limitCounts">;

/** Adds a mail to the outbox, in the transaction that causes it. Throws `rate_limited`. */
export async function queueMail(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Pick<Queries, "mails"> & Limited,
  mail: SingleMail & { email: string },
): Promise<void> {
  await takeMailLimits({ clock }, tx, mail);
  await tx.mails.insert({ ...mail, id: newId() }, { now: clock() });
}

/** Counts a mail to an email address. Throws `rate_limited`. */
export async function takeMailLimits(
  { clock }: Pick<Deps, "clock">,
  tx: Limited,
  { kind, email, linkId }: { kind: MailKind["kind"]; email: string; linkId?: string },
): Promise<void> {
  const take = (limit: WindowLimit, holder: string) =>
    takeFromWindow({ db: tx, clock }, { limit, holder, amount: 1, problem: PROBLEM });
  // The codes of one link do not use up those of another.
  await take({ name: `mail ${kind}`, ...LIMIT }, linkId === undefined ? email : `${linkId} ${email}`);
  if (kind === "link-code") await take(CODE_LIMIT, email);
  if (!NOT_IN_DAY_LIMIT.has(kind)) await take(DAY_LIMIT, email);
}

/**
 * Does the same if the service sends mails, and nothing over the limit. The caller does not call the worker, whose work would delay the
 * response.
 */
export async function queueMailIfOn(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Pick<Queries, "mails"> & Limited,
  mail: SingleMail & { email: string },
): Promise<void> {
  if (deps.mail !== undefined) await queueMail(deps, tx, mail).catch(orOverLimit);
}

/** Ignores that an email address gets no more mails for now. */
export function orOverLimit(error: unknown): void {
  if (!(error instanceof DomainError && error.code === "rate_limited")) throw error;
}
