import type { Deps } from "../../platform/deps.ts";
import { notify } from "../outbox/queue-mail.ts";
import { shareQueries } from "../sharing/queries.ts";

const DAY_MS = 86_400_000;
/** The maximum number of shares that one call handles. The next call handles the shares that are left. */
const BATCH = 500;

/** Notifies users whose shares expire within a day. If a share was valid for only a day or less from the start, the user gets no mail. */
export function remindOfExpiry(deps: Pick<Deps, "db" | "clock" | "newId" | "mail">) {
  const { db, clock, mail } = deps;
  return async (): Promise<void> => {
    if (mail === undefined) return;
    const now = clock();
    for (const share of await shareQueries(db).listEnding({ from: now, until: now + DAY_MS, limit: BATCH })) {
      const { userId, noteId, attachmentId, expiresAt } = share;
      await db.transaction(async (tx) => {
        if (!(await shareQueries(tx).markReminded(share, now))) return;
        await notify(deps, tx, { userId, notice: { about: "share-end", noteId, attachmentId, expiresAt } });
      });
    }
  };
}
