import type { Logger } from "pino";
import type { Deps } from "../../platform/deps.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import { notify } from "../outbox/queue-mail.ts";
import { shareQueries } from "../sharing/queries/shares.ts";

/**
 * How often this replica checks for due mails. A mail becomes due again if a try failed, or if another replica did not finish its try.
 * Milliseconds.
 */
const INTERVAL_MS = 5_000;
/** How long `stop` waits for the mails that are being sent. Milliseconds. */
const STOP_WITHIN_MS = 5_000;

type Deliver = (options: { signal: AbortSignal; cut: AbortSignal }) => Promise<number>;

/**
 * Sends the mails that are due. `stop` waits a short time for the mails that are being sent. Mails that are not sent by then stay in the
 * queue.
 */
export function startMailDelivery({ deliver, logger }: { deliver: Deliver; logger: Logger }): Loop {
  const [stopping, cutting] = [new AbortController(), new AbortController()];
  const loop = startLoop({
    async round() {
      await deliver({ signal: stopping.signal, cut: cutting.signal });
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The mails could not be sent. They are tried again."),
  });
  return {
    kick: loop.kick,
    async stop() {
      stopping.abort();
      const timer = setTimeout(() => cutting.abort(), STOP_WITHIN_MS);
      await loop.stop();
      clearTimeout(timer);
    },
  };
}

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
