import type { Caller } from "../../domain/person.ts";
import { auditEvent } from "../audit-event.ts";
import type { Deps } from "../ports/index.ts";
import { aboutLink, authoriseLink } from "./authorise-link.ts";
import { stillWorks } from "./describe-links.ts";

/**
 * Revokes a link. The next request of each visitor is refused. A link that was revoked before stays so.
 * Returns when the last issued URL expires. Throws `link_not_found` or `access_denied`.
 */
export function revokeLink({ db, clock, newId }: Deps) {
  return async (caller: Caller, linkId: string): Promise<{ lastUrlExpiresAt: number | undefined }> =>
    db.transaction(async (tx) => {
      const { link } = await authoriseLink(tx, { caller, linkId });
      const now = clock();
      if (await tx.links.revoke(linkId, now)) {
        const detail = { linkId, label: link.label };
        await tx.audit.add(
          auditEvent("link.revoked", { id: newId(), at: now, caller, subject: aboutLink(link), detail }),
        );
      }
      // Read after the update, which waits for visitors who get URLs at this moment.
      const revoked = await tx.links.findDetails(linkId);
      return { lastUrlExpiresAt: stillWorks(revoked?.lastUrlExpiresAt, now) };
    });
}
