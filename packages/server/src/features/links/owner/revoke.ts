import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { Caller } from "../../access/caller.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import type { Link } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { aboutLink, authoriseLink } from "./authorise-link.ts";
import { stillWorks } from "./describe-links.ts";

/**
 * Revokes a link. The service refuses the next HTTP request of each visitor. If the link was already revoked, nothing changes. Returns
 * `lastUrlExpiresAt`, the instant at which the last issued URL expires. Throws `link_not_found` or `access_denied`.
 */
export function revokeLink({ db, clock, newId }: Deps) {
  return async (caller: Caller, linkId: string): Promise<{ lastUrlExpiresAt: number | undefined }> =>
    db.transaction(async (tx) => {
      const { link } = await authoriseLink(tx, { caller, linkId });
      const now = clock();
      await revoke(tx, { caller, link, id: newId(), now });
      // Reads the expiry after the update, because the update waits until the URLs that visitors are getting now are recorded. So the
      // expiry includes these URLs.
      const revoked = await linkQueries(tx).findDetails(linkId);
      return { lastUrlExpiresAt: stillWorks(revoked?.lastUrlExpiresAt, now) };
    });
}

/** Revokes all links that the caller made, in the transaction `tx`. */
export async function revokeLinksOf(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Tx,
  caller: Caller,
): Promise<void> {
  for (const link of await linkQueries(tx).listUnrevoked(caller.userId)) {
    await revoke(tx, { caller, link, id: newId(), now: clock() });
  }
}

/** Revokes a link and records an audit event, in the transaction `tx`. Returns false if the link was already revoked. */
export async function revoke(
  tx: Tx,
  { caller, link, id, now }: { caller: Caller; link: Link; id: string; now: number },
): Promise<boolean> {
  if (!(await linkQueries(tx).revoke(link.id, now))) return false;
  const detail = { linkId: link.id, label: link.label };
  await auditQueries(tx).add(auditEvent("link.revoked", { id, at: now, caller, subject: aboutLink(link), detail }));
  return true;
}
