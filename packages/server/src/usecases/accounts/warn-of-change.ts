import type { AccountChange } from "../../domain/mail.ts";
import { queueMailIfOn } from "../mail/queue-mail.ts";
import type { Deps, Queries } from "../ports/index.ts";

/** The parts of a use case that warns the owner of an account. */
export type WarnDeps = Pick<Deps, "clock" | "newId" | "mail">;

/**
 * Queues a mail to the owner of an account about a change of its protection, in the transaction of the change. The email address needs
 * no proof, because the owner of an account that a stranger made should learn of it, too. Limits are in `queue-mail.ts`.
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
