import type { AccountChange } from "../../domain/mail.ts";
import { queueMailIfOn } from "../mail/queue-mail.ts";
import type { Deps, Queries } from "../ports/index.ts";

/** The dependencies of a use case that warns the owner of an account. */
export type WarnDeps = Pick<Deps, "clock" | "newId" | "mail">;

/**
 * Queues a mail that warns the owner of an account about a change, such as a new password. Runs in the transaction of the change. The email
 * address needs no proof: if a stranger made the account, the owner of the email address should learn of it. The limits are in
 * `queue-mail.ts`.
 */
export async function warnOfChange(
  deps: WarnDeps,
  tx: Pick<Queries, "accounts" | "mails" | "limitCounts">,
  { userId, change }: { userId: string; change: AccountChange },
): Promise<void> {
  const email = (await tx.accounts.find(userId))?.email;
  if (email === undefined) return;
  await queueMailIfOn(deps, tx, { kind: "account-changed", userId, change, email, at: deps.clock() });
}
