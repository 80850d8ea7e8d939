import { effectiveExpiry, type Link } from "../../domain/link.ts";
import { auditEvent } from "../audit-event.ts";
import { takeFromWindow, type WindowLimit, windowKey } from "../limits-in-database.ts";
import { notify } from "../mail/notify.ts";
import type { Deps, Queries } from "../ports/index.ts";
import { type Admit, type Admitted, type LockedLink, linkPolicy, type OpenLink } from "./admit.ts";
import { actorOf, type Visitor } from "./claim.ts";
import { newPass, type Pass } from "./pass.ts";

const LIMIT: WindowLimit = { name: "link looks", max: 300, windowMs: 60_000 };
const PROBLEM = "Too many requests in a short time. Wait until Retry-After has passed, then try again.";

/** Limits the audit events of a busy link: at most one in this time. */
const OPENED: WindowLimit = { name: "link opened", max: 1, windowMs: 60_000 };

export type Look = Pick<LockedLink, "state" | "by"> | OpenLook;

/** `pass` is valid until the current expiry of the link. `endsAt` undefined: the link is open until somebody revokes it. */
export type OpenLook = OpenLink & {
  pass: Pass;
  endsAt: number | undefined;
  abuseContact: string | undefined;
};

/**
 * Shows an open link to a visitor, and counts the visitor once. It never counts a claim.
 * Throws `link_not_found` and `rate_limited`.
 */
export function lookAtLink(deps: Deps, { admit }: { admit: Admit }) {
  return async (token: string, { sealedPass, network }: Visitor): Promise<Look> => {
    const admitted = await admit(token, { sealedPass, wish: { kind: "look" } });
    if (admitted.state === "locked") {
      await takeFromWindow(deps, limitOf(network));
      return { state: "locked", by: admitted.by };
    }
    const policy = linkPolicy(deps);
    const endsAt = effectiveExpiry(admitted.link, policy);
    const pass = newPass(admitted, { newId: deps.newId, now: deps.clock(), expiresAt: endsAt });
    await countLook(deps, { admitted, pass, network });
    return { ...admitted, pass, endsAt, abuseContact: policy.abuseContact };
  };
}

/** Counts an opening for the limit of this network, and counts the visitor if the visitor is new. Throws `rate_limited`. */
export async function countLook(
  deps: Deps,
  { admitted, pass, network }: { admitted: Admitted; pass: Pass; network: string },
): Promise<void> {
  if (admitted.pass !== undefined) {
    await takeFromWindow(deps, limitOf(network));
    return;
  }
  // Uses one transaction, because each commit waits for the disk.
  await deps.db.transaction(async (tx) => {
    await takeFromWindow({ db: tx, clock: deps.clock }, limitOf(network));
    await countOpened(deps, { tx, link: admitted.link, pass });
  });
}

/** The limit of opened links and invitations together. */
export function limitOf(network: string) {
  return { limit: LIMIT, holder: network, amount: 1, problem: PROBLEM };
}

async function countOpened(deps: Deps, { tx, link, pass }: { tx: Queries; link: Link; pass: Pass }): Promise<void> {
  const { clock, newId } = deps;
  const at = clock();
  const subject = { noteId: link.noteId, ownerId: link.ownerId, attachmentIds: [] };
  const detail = { linkId: link.id, label: link.label };
  const event = auditEvent("link.opened", { id: newId(), caller: actorOf(pass), subject, at, detail });
  const opened = await tx.linkVisits.countOpened(link.id);
  if (opened === 1 && link.notify !== "never") {
    await notify(deps, tx, { userId: link.ownerId, notice: { about: "link-opened", linkId: link.id } });
  }
  const { max, windowMs } = OPENED;
  const window = { amount: 1, max, now: at, expiresAt: at + windowMs };
  if ((await tx.limitCounts.take(windowKey(OPENED, link.id), window)).isTaken) await tx.audit.add(event);
}
