import type { Deps } from "../../platform/deps.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";

/** How long the list of deliveries shows a delivery. Milliseconds. */
const KEEP_MS = 30 * 86_400_000;

/** Deletes the deliveries that are older than `KEEP_MS`. */
export function deleteOldDeliveries({ db, clock }: Deps) {
  return (): Promise<void> => webhookQueries(db).deleteOld(clock() - KEEP_MS);
}
