import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import type { AccountChange, MailKind } from "./mail.ts";

type Limited = Tx;

/** Limits how many mails of the same kind one email address gets, no matter who causes the mails. */
const LIMIT = { max: 3, windowMs: 3_600_000 };

/**
 * Limits all mails to one email address, except warnings and mails that the reader waits for. If warnings and such mails counted too, a
 * stranger could use up the limit. The owner of the email address could then not sign in for a day, or would get no warning.
 */
const DAY_LIMIT = { name: "mail", max: 10, windowMs: 86_400_000 };
const NOT_IN_DAY_LIMIT: ReadonlySet<MailKind["kind"]> = new Set([
  "password-reset",
  "link-code",
  "email-changed",
  "account-closed",
  "new-sign-in",
  "account-changed",
]);

/**
 * Limits how many warnings of the same kind one email address gets. Only the owner of the account, or a person who has the password, can
 * cause warnings. Warnings have a separate limit, because strangers can use up `DAY_LIMIT`. Warnings about sign-ins and other warnings also
 * have separate limits.
 */
const WARNINGS = { max: 10, windowMs: 86_400_000 };

/**
 * Limits the codes that one email address gets for all links together. Otherwise a person who makes many links could cause any number of
 * mails.
 */
const CODE_LIMITS: readonly WindowLimit[] = [
  { name: "mail codes", max: 10, windowMs: 3_600_000 },
  { name: "mail codes of a day", max: 20, windowMs: 86_400_000 },
];

const PROBLEM = "This email address got several mails already. Wait until Retry-After has passed, then try again.";

/** Counts a mail to an email address. Throws `rate_limited` if a limit is exceeded. */
export async function takeMailLimits(
  { clock }: Pick<Deps, "clock">,
  tx: Limited,
  { kind, email, linkId, change }: { kind: MailKind["kind"]; email: string; linkId?: string; change?: AccountChange },
): Promise<void> {
  const take = (limit: WindowLimit, holder: string) =>
    takeFromWindow({ db: tx, clock }, { limit, holder, amount: 1, problem: PROBLEM });
  // A stranger can sign up with the email address of another person. The stranger could then delete the account and cancel the deletion
  // again and again. So the mail about a closed account has a daily limit.
  const { windowMs } = kind === "account-closed" ? DAY_LIMIT : LIMIT;
  // Each link has its own limit for codes, and each kind of change of an account has its own limit for warnings.
  const part = linkId ?? change;
  await take({ ...LIMIT, name: `mail ${kind}`, windowMs }, part === undefined ? email : `${part} ${email}`);
  if (kind === "new-sign-in" || kind === "account-changed")
    await take({ ...WARNINGS, name: `mail warnings ${kind}` }, email);
  if (!NOT_IN_DAY_LIMIT.has(kind)) await take(DAY_LIMIT, email);
}

/**
 * Counts a code that is sent to an email address. Returns false if the email address gets no more codes for now.
 * If no code is sent, nothing counts. Otherwise strangers could use up the limits with links that do not list the email address.
 */
export async function takeCodeLimits({ clock }: Pick<Deps, "clock">, db: Limited, email: string): Promise<boolean> {
  try {
    for (const limit of CODE_LIMITS) {
      await takeFromWindow({ db, clock }, { limit, holder: email, amount: 1, problem: PROBLEM });
    }
    return true;
  } catch (error) {
    orOverLimit(error);
    return false;
  }
}

/** Ignores an error that says that a limit is exceeded. Throws every other error again. */
export function orOverLimit(error: unknown): void {
  if (!(error instanceof DomainError && error.code === "rate_limited")) throw error;
}
