import type { FileRequest } from "@valetkey/contract";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { FairTurns } from "../../../platform/limits/fair-turns.ts";
import {
  limitCountQueries,
  limitOf,
  takeFromWindow,
  unlessDiskIsFull,
  type WindowLimit,
  windowKey,
} from "../../../platform/limits/in-database.ts";
import { type AuditEvent, auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { notify } from "../../outbox/queue-mail.ts";
import type { RequestUsage, VisitorUpload } from "../file-request.ts";
import { verifyPassword } from "../hash-password.ts";
import { effectiveExpiry, type Link } from "../link.ts";
import { visitorFileQueries } from "../queries/visitor-files.ts";
import { linkVisitQueries } from "../queries/visits.ts";
import { type Admit, type Admitted, type LockedLink, linkNotFound, type OpenLink } from "./admit.ts";
import { actorOf, type Visitor } from "./claim.ts";
import { newPass, type Pass } from "./pass.ts";
import { recordVisit } from "./receiver-visits.ts";

/** Limits how many audit events about visits one link causes: at most one a minute. */
const OPENED: WindowLimit = { name: "link opened", max: 1, windowMs: 60_000 };

export type Look = Pick<LockedLink, "state" | "by"> | OpenLook;

/**
 * An open link with the pass of the visitor. The pass is valid until the current expiry of the link, and for at most 30 days. `endsAt`:
 * undefined if the link works until somebody revokes it.
 */
export type OpenLook = OpenLink & {
  pass: Pass;
  endsAt: number | undefined;
  /** The time until `endsAt`, in milliseconds. */
  leftMs: number | undefined;
  abuseContact: string | undefined;
};

/** Returns the content of an open link. Counts each visitor once, and counts no download. Throws `link_not_found` and `rate_limited`. */
export function lookAtLink(deps: Deps, { admit }: { admit: Admit }) {
  return async (token: string, { sealedPass, network, receiverCode }: Visitor): Promise<Look> => {
    const admitted = await admit(token, { sealedPass, wish: { kind: "look" }, windowsOf: () => [limitOf(network)] });
    if (admitted.state === "locked") {
      await unlessDiskIsFull(takeFromWindow(deps, limitOf(network)));
      return { state: "locked", by: admitted.by };
    }
    const pass = newPass(deps, admitted);
    await unlessDiskIsFull(countLook(deps, { admitted, pass, network, code: receiverCode }));
    const { links } = deps.limits;
    const endsAt = effectiveExpiry(admitted.link, links);
    const leftMs = endsAt === undefined ? undefined : Math.max(0, endsAt - deps.clock());
    return { ...admitted, pass, endsAt, leftMs, abuseContact: links.abuseContact };
  };
}

/**
 * Counts one visit of a link in the limit of this network. Also counts a new visitor of the link. `code`: the code in the URL of a mail,
 * which identifies the receiver. Throws `rate_limited`.
 */
export async function countLook(
  deps: Deps,
  { admitted, pass, network, code }: { admitted: Admitted; pass: Pass; network: string; code?: string | undefined },
): Promise<void> {
  const { link } = admitted;
  const recipient = admitted.state === "open" ? admitted.recipient : undefined;
  const mayBeOfMail = admitted.state === "open" && (recipient !== undefined || code !== undefined);
  if (admitted.pass !== undefined && !mayBeOfMail) {
    await takeFromWindow(deps, limitOf(network));
    return;
  }
  // Uses one transaction for both counts, because each commit must wait for the disk.
  await deps.db.transaction(async (tx) => {
    await takeFromWindow({ db: tx, clock: deps.clock }, limitOf(network));
    const isFirstOfReceiver = mayBeOfMail && (await recordVisit(deps, tx, { link, recipient, code }));
    if (admitted.pass === undefined) await countOpened(deps, { tx, link, pass, isFirstOfReceiver });
    else if (isFirstOfReceiver) await auditQueries(tx).add(openedEvent(deps, { link, pass }));
  });
}

type NewVisitor = { tx: Tx; link: Link; pass: Pass; isFirstOfReceiver: boolean };

async function countOpened(deps: Deps, { tx, link, pass, isFirstOfReceiver }: NewVisitor): Promise<void> {
  const at = deps.clock();
  const event = openedEvent(deps, { link, pass });
  const opened = await linkVisitQueries(tx).countOpened(link.id);
  if (opened === 1 && link.notify !== "never") {
    await notify(deps, tx, { userId: link.ownerId, notice: { about: "link-opened", linkId: link.id } });
  }
  const { max, windowMs } = OPENED;
  const window = { amount: 1, max, now: at, expiresAt: at + windowMs };
  const { isTaken } = await limitCountQueries(tx).take(windowKey(OPENED, link.id), window);
  // The first visit of each receiver causes an event, so that an open page shows the new state of the receiver.
  if (isTaken || isFirstOfReceiver) await auditQueries(tx).add(event);
}

function openedEvent({ clock, newId }: Deps, { link, pass }: { link: Link; pass: Pass }): AuditEvent {
  const subject = { noteId: link.noteId, ownerId: link.ownerId, attachmentIds: [] };
  const detail = { linkId: link.id, label: link.label };
  return auditEvent("link.opened", { id: newId(), caller: actorOf(pass), subject, at: clock(), detail });
}

/** Returns the limits of a file request, their usage, and the files that this visitor sent. */
export function describeRequest({ db }: Deps) {
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

export type OpenRequest = { request: FileRequest; used: RequestUsage; sent: VisitorUpload[] };

const WINDOW_MS = 15 * 60_000;

const OF_CLIENT: WindowLimit = { name: "link password of client", max: 10, windowMs: WINDOW_MS };

/** Limits the wrong passwords of all clients together for one link. After that, only visitors who have unlocked the link can open it. */
const OF_LINK: WindowLimit = { name: "link password", max: 100, windowMs: WINDOW_MS };

const PROBLEM = "Too many wrong passwords for this link. Wait until Retry-After has passed, then try again.";

/**
 * Checks the password of a link, and returns a pass (the signed content of the visitor's cookie). Each try counts before the check, so that
 * parallel tries can't exceed the limit. Throws `link_not_found`, `wrong_password` and `rate_limited`.
 */
export function unlockLink(deps: Deps, { admit, hashTurns }: { admit: Admit; hashTurns: FairTurns }) {
  return async (token: string, { sealedPass, network, password }: Visitor & { password: string }): Promise<Pass> => {
    const admitted = await admit(token, {
      sealedPass,
      wish: { kind: "look" },
      windowsOf: ({ link, isUnlocked }) => [
        limitOf(network),
        ...(isUnlocked ? [] : Object.values(windowsOfGuess(link.id, network))),
      ],
    });
    const { link } = admitted;
    const { passwordHash } = link;
    if (admitted.state === "locked" && admitted.by === "password" && passwordHash !== undefined) {
      // A hash is costly, so the networks of visitors take turns. Many tries from one network then do not delay the other networks.
      await hashTurns.run({ holder: `ip ${network}` }, () =>
        checkPassword(deps, { linkId: link.id, network, password, passwordHash }),
      );
    }
    const pass = newPass(deps, admitted);
    await countLook(deps, { admitted, pass, network });
    return pass;
  };
}

async function checkPassword(
  deps: Deps,
  guess: { linkId: string; network: string; password: string; passwordHash: string },
): Promise<void> {
  const { linkId, network, password, passwordHash } = guess;
  const giveBack = await takeBoth(deps, { ...windowsOfGuess(linkId, network), problem: PROBLEM });
  if (!(await verifyPassword(password, passwordHash))) {
    throw new DomainError("wrong_password", "The password is wrong. Ask the person who sent you the link for it.");
  }
  await giveBack();
}

function windowsOfGuess(linkId: string, network: string) {
  return {
    ofClient: { limit: OF_CLIENT, holder: `${linkId} ${network}`, problem: PROBLEM },
    ofLink: { limit: OF_LINK, holder: linkId, problem: PROBLEM },
  };
}

type Taken = { limit: WindowLimit; holder: string };

/** Counts one try in the limit of the client and in the limit of the link. Returns a function that undoes both counts. */
export async function takeBoth(
  deps: Deps,
  { ofClient, ofLink, problem }: { ofClient: Taken; ofLink: Taken; problem: string },
): Promise<() => Promise<void>> {
  const client = await takeFromWindow(deps, { ...ofClient, amount: 1, problem });
  const link = await takeFromWindow(deps, { ...ofLink, amount: 1, problem }).catch(async (refusal: unknown) => {
    // The limit of the link is exceeded, so the service refuses the try. A refused try must not count for the client.
    await client.giveBack(deps.db, 1);
    throw refusal;
  });
  return async () => {
    await client.giveBack(deps.db, 1);
    await link.giveBack(deps.db, 1);
  };
}
