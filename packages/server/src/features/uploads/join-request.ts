import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { takeFromWindow } from "../../platform/limits/in-database.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { checkOffer } from "../links/file-request.ts";
import type { Link } from "../links/link.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { authoriseSender, type OpenRequest } from "./authorise-sender.ts";
import type { DeclaredUpload } from "./declared-upload.ts";
import { uploadQueries } from "./queries.ts";

type Offer = { declared: DeclaredUpload; link: Link | undefined };

/**
 * Locks a file request, so that other starts of uploads to the same file request wait until the transaction ends. Returns the file request
 * if it accepts the file.
 * Throws `link_not_found`, `kind_not_accepted` or `request_full`.
 */
export async function holdRequest(
  { clock, limits }: Deps,
  { queries, declared }: { queries: Tx; declared: DeclaredUpload },
): Promise<OpenRequest | undefined> {
  const { caller, noteId } = declared;
  const { userId, linkId } = caller;
  if (linkId === undefined) return undefined;
  await uploadQueries(queries).holdStarts({ userId, noteId });
  // Locks the note before the file request, as every transaction does. This order avoids deadlocks.
  await guardedNoteQueries(queries).hold(noteId);
  await visitorFileQueries(queries).holdLink(linkId);
  const { request } = await authoriseSender(queries, { sender: caller, noteId, now: clock(), limits });
  await checkRequest(queries, { declared, link: request?.link });
  return request;
}

/**
 * Checks that the file request still accepts a file of a visitor. Does nothing for the file of a user.
 * Counts the rows each time, so there is no counter that could be wrong. In a transaction that has locked the file request, no other upload
 * can change the count.
 */
export async function checkRequest(tx: Tx, { declared, link }: Offer): Promise<void> {
  if (link?.request === undefined) return;
  const { contentType, sizeBytes, visit } = declared;
  const used = await visitorFileQueries(tx).usageOf(link.id);
  checkOffer(link.request, { offered: { contentType, sizeBytes, slotId: visit?.slotId }, used });
}

type Joining = { declared: DeclaredUpload; link: Link; attachmentId: string; now: number };

/** Records that a visitor's file belongs to the file request. Throws `rate_limited`. */
export async function joinRequest(queries: Tx, joining: Joining): Promise<void> {
  const { declared, link, attachmentId } = joining;
  if (declared.visit === undefined) return;
  const { visitorId, visitorName, slotId } = declared.visit;
  await limitHeld(queries, joining);
  const file = { attachmentId, linkId: link.id, visitorId, visitorName, slotId, receivedAt: undefined };
  await visitorFileQueries(queries).insert(file);
}

/** The length of the time window of `limitHeld`. An aborted upload counts in the quota of the owner for a shorter time. Milliseconds. */
const HELD_MS = 20 * 60_000;
/**
 * How many times the capacity of a file request visitors may use in one time window. More than once, because people delete wrong files and
 * send other files.
 */
const HELD_TIMES = 2;
const HELD_FILES = 20;
const TOO_MANY_HELD =
  "Too many files were aborted or taken back here. Wait until Retry-After has passed, then try again.";

/**
 * Limits how much of the owner's quota a file request can use. An aborted upload counts in the quota until its URL expires. Without this
 * limit, visitors who start and abort uploads again and again could use far more quota than the file request accepts.
 */
async function limitHeld(queries: Tx, { declared, link, now }: Joining): Promise<void> {
  const { maxBytesTotal = 0, maxFiles = 0 } = link.request ?? {};
  const take = (name: string, { amount, max }: { amount: number; max: number }) => {
    const limit = { name, max, windowMs: HELD_MS };
    return takeFromWindow(
      { db: queries, clock: () => now },
      { limit, holder: link.id, amount, problem: TOO_MANY_HELD },
    );
  };
  await take("link bytes held", { amount: declared.sizeBytes, max: maxBytesTotal * HELD_TIMES });
  await take("link files held", { amount: 1, max: maxFiles * HELD_TIMES + HELD_FILES });
}

/** Returns the seconds until the deadline of a file request. No signed URL for the file request may be valid for longer. */
export function secondsLeft(deadline: number | undefined, now: number): number {
  return deadline === undefined ? Number.POSITIVE_INFINITY : Math.ceil((deadline - now) / 1000);
}
