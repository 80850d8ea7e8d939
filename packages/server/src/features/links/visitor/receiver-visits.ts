import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { Link } from "../link.ts";
import { receiverQueries } from "../queries/receivers.ts";
import { receiverOf } from "../receiver.ts";

/** A visit that may come from a mail. `code`: the code in the URL that the visitor opened. */
export type VisitFromMail = { link: Link; recipient: string | undefined; code: string | undefined };

/** An embedding sends no mails, so its visitors are not receivers, even if their URL has a code. */
function findReceiver({ engine }: Tx, { link, ...visit }: VisitFromMail) {
  return engine.hasServiceTables ? receiverOf(link, visit) : undefined;
}

/** Records the first visit of a receiver. Returns whether this visit is the first. */
export async function recordVisit({ clock }: Deps, tx: Tx, { link, ...visit }: VisitFromMail): Promise<boolean> {
  const receiver = findReceiver(tx, { link, ...visit });
  return receiver !== undefined && (await receiverQueries(tx).markVisited({ ...receiver, now: clock() }));
}

/** Records the first download of a receiver, or the first file that the receiver sent to a file request. */
export async function recordUseIn({ clock }: Deps, tx: Tx, { link, ...visit }: VisitFromMail): Promise<void> {
  const receiver = findReceiver(tx, { link, ...visit });
  if (receiver !== undefined) await receiverQueries(tx).markUsed({ ...receiver, now: clock() });
}

export function recordUse(deps: Deps) {
  return (visit: VisitFromMail): Promise<void> => recordUseIn(deps, deps.db, visit);
}
