import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { AccountChange } from "../../outbox/mail.ts";
import { queueMailIfOn } from "../../outbox/queue-mail.ts";
import { accountQueries } from "../queries.ts";

/** The dependencies that `warnOfChange` needs. */
export type WarnDeps = Pick<Deps, "clock" | "newId" | "mail">;

/**
 * Queues a mail that warns the owner of an account about a change, such as a new password. Runs in the transaction of the change.
 * The mail is also sent to an email address that is not proven. If a stranger made the account, the owner of the email address learns about
 * it from the mail.
 */
export async function warnOfChange(
  deps: WarnDeps,
  tx: Tx,
  { userId, change }: { userId: string; change: AccountChange },
): Promise<void> {
  const email = (await accountQueries(tx).find(userId))?.email;
  if (email === undefined) return;
  await queueMailIfOn(deps, tx, { kind: "account-changed", userId, change, email, at: deps.clock() });
}
