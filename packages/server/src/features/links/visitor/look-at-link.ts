import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import {
  limitOf,
  takeFromWindow,
  unlessDiskIsFull,
  type WindowLimit,
  windowKey,
} from "../../../platform/limits/in-database.ts";
import { limitCountQueries } from "../../../platform/limits/queries.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { notify } from "../../outbox/queue-mail.ts";
import { effectiveExpiry, type FileRequest, type Link } from "../link.ts";
import { visitorFileQueries } from "../queries/visitor-files.ts";
import { linkVisitQueries } from "../queries/visits.ts";
import { type Admit, type Admitted, type LockedLink, linkNotFound, linkPolicy, type OpenLink } from "./admit.ts";
import { actorOf, type Visitor } from "./claim.ts";
import { newPass, type Pass } from "./pass.ts";
import type { OpenRequest } from "./present-request.ts";

/** Limits how many audit events the visitors of one link cause: at most one a minute. */
const OPENED: WindowLimit = { name: "link opened", max: 1, windowMs: 60_000 };

export type Look = Pick<LockedLink, "state" | "by"> | OpenLook;

/**
 * An open link with the pass of the visitor (the content of the cookie). The pass is valid until the current expiry of the link, and for at
 * most 30 days. If `endsAt` is undefined, the link works until somebody revokes it.
 */
export type OpenLook = OpenLink & {
  pass: Pass;
  endsAt: number | undefined;
  abuseContact: string | undefined;
};

/**
 * Returns the content of an open link for a visitor. Counts each visitor once, but counts no download.
 * Throws `link_not_found` and `rate_limited`.
 */
export function lookAtLink(deps: Deps, { admit }: { admit: Admit }) {
  return async (token: string, { sealedPass, network }: Visitor): Promise<Look> => {
    const admitted = await admit(token, { sealedPass, wish: { kind: "look" } });
    if (admitted.state === "locked") {
      await unlessDiskIsFull(takeFromWindow(deps, limitOf(network)));
      return { state: "locked", by: admitted.by };
    }
    const policy = linkPolicy(deps);
    const endsAt = effectiveExpiry(admitted.link, policy);
    const pass = newPass(admitted, { newId: deps.newId, now: deps.clock(), expiresAt: endsAt });
    await unlessDiskIsFull(countLook(deps, { admitted, pass, network }));
    return { ...admitted, pass, endsAt, abuseContact: policy.abuseContact };
  };
}

/**
 * Counts one opened link in the limit of this network. If the visitor is new, also counts the visitor of the link. Throws `rate_limited`.
 */
export async function countLook(
  deps: Deps,
  { admitted, pass, network }: { admitted: Admitted; pass: Pass; network: string },
): Promise<void> {
  if (admitted.pass !== undefined) {
    await takeFromWindow(deps, limitOf(network));
    return;
  }
  // Counts both in one transaction, because each commit must wait for the disk.
  await deps.db.transaction(async (tx) => {
    await takeFromWindow({ db: tx, clock: deps.clock }, limitOf(network));
    await countOpened(deps, { tx, link: admitted.link, pass });
  });
}

async function countOpened(deps: Deps, { tx, link, pass }: { tx: Tx; link: Link; pass: Pass }): Promise<void> {
  const { clock, newId } = deps;
  const at = clock();
  const subject = { noteId: link.noteId, ownerId: link.ownerId, attachmentIds: [] };
  const detail = { linkId: link.id, label: link.label };
  const event = auditEvent("link.opened", { id: newId(), caller: actorOf(pass), subject, at, detail });
  const opened = await linkVisitQueries(tx).countOpened(link.id);
  if (opened === 1 && link.notify !== "never") {
    await notify(deps, tx, { userId: link.ownerId, notice: { about: "link-opened", linkId: link.id } });
  }
  const { max, windowMs } = OPENED;
  const window = { amount: 1, max, now: at, expiresAt: at + windowMs };
  if ((await limitCountQueries(tx).take(windowKey(OPENED, link.id), window)).isTaken) await auditQueries(tx).add(event);
}

/** Returns the limits of the file request, how much of them is used, and the files that this visitor sent. */
export function describeRequest({ db }: Pick<Deps, "db">) {
  return async ({ link, visitorId }: { link: Link; visitorId: string }): Promise<OpenRequest> => {
    const used = await visitorFileQueries(db).usageOf(link.id);
    const sent = await visitorFileQueries(db).listUploads({ linkId: link.id, visitorId });
    return { request: requestOf(link), used, sent };
  };
}

/** Returns the limits of the file request. Throws `link_not_found` for a download link. */
export function requestOf({ request }: Link): FileRequest {
  if (request === undefined) throw linkNotFound();
  return request;
}
