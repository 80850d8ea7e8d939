import type { Tx } from "../../platform/database/queries.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { Attachment } from "../access/attachment.ts";
import { visitorActorId } from "../access/caller.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { checkVisitorName, type VisitorUpload } from "../links/file-request.ts";
import type { Link } from "../links/link.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { type Admit, linkNotFound, type Visit as Request } from "../links/visitor/admit.ts";
import { requestOf } from "../links/visitor/look-at-link.ts";
import { newPass, type Pass } from "../links/visitor/pass.ts";
import { removeAttachment } from "../trash/index.ts";
import { type Outcome, untilUnavailable } from "../uploads/batch.ts";
import { type CompleteUploadInput, type Finish, prepareCompletion } from "../uploads/complete.ts";
import { abortUpload } from "../uploads/index.ts";
import { getUpload, signParts } from "../uploads/parts.ts";
import type { Sender } from "../uploads/sender.ts";
import { type StartedUpload, startUpload } from "../uploads/start.ts";

/** A visitor who may send files to a file request. The function `admit` has checked the permission (admit.ts). */
export type Visit = { link: Link; visitorId: string };

type SendFileInput = {
  /** The folder of the object in the bucket, for a file of an item in an embedding. Default: no folder. */
  place?: string | undefined;
  path?: string | undefined;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256?: string | undefined;
  slotId?: string | undefined;
  visitorName?: string | undefined;
  idempotencyKey?: string | undefined;
};

/** `network`: the network of the visitor (platform/http/client-address.ts). */
type FromNetwork<Input> = Input & { network: string };

/** `isCounted`: whether the caller has already called `countStart` for each file. The body of a visitor's request can't set this option. */
type Counting = { isCounted: boolean };

const MINUTE_MS = 60_000;
const STARTS_OF_IP: WindowLimit = { name: "link starts by ip", max: 60, windowMs: MINUTE_MS };
const STARTS_OF_LINK: WindowLimit = { name: "link starts", max: 600, windowMs: MINUTE_MS };
/** Limits the rows that visitors can add to the database through one link, because an abort of an upload does not remove its row. */
const STARTS_OF_DAY: WindowLimit = { name: "link starts of a day", max: 5_000, windowMs: 86_400_000 };
const TOO_MANY_STARTS =
  "Too many uploads were started here in a short time. Wait until Retry-After has passed, then try again.";

/** The maximum tries in `takeBack`. The state of an upload changes at most twice: to a verification state, and to a final state. */
const MAX_ATTEMPTS = 3;

const DELETABLE: ReadonlySet<AttachmentState> = new Set(["ready", "quarantined", "rejected"]);

/**
 * The functions for uploads of visitors to a file request. The functions work as in uploads/index.ts, with the visitor as the uploader.
 * A visitor can use only uploads that this visitor started through the same link. For other uploads, each call throws `upload_not_found`.
 * If the file request has ended, each call throws `link_not_found`.
 */
export function visitorUploads(deps: Deps, allowance: Allowance) {
  const { db } = deps;
  const startSend = startUpload(deps, { allowance, arrive: undefined });
  const get = getUpload(deps);
  const sign = signParts(deps);
  const prepareSent = prepareCompletion(deps);
  const abort = abortUpload(deps);

  async function countStart({ link }: Visit, network: string): Promise<void> {
    for (const window of windowsOfStart({ linkId: link.id, network })) {
      await takeFromWindow(deps, { ...window, amount: 1 });
    }
  }

  /**
   * Starts an upload. Throws the errors of `startUpload`, `kind_not_accepted`, `request_full`, and `invalid_request` for a slot or name.
   */
  async function startOne(
    visit: Visit,
    file: FromNetwork<SendFileInput>,
    { isCounted }: Counting = { isCounted: false },
  ): Promise<StartedUpload> {
    const { network, slotId, visitorName, sha256, ...declared } = file;
    const { link, visitorId } = visit;
    const named = checkVisitorName(visitorName, requestOf(link).askName);
    if (!isCounted) await countStart(visit, network);
    const input = { ...declared, sha256, noteId: link.noteId, visit: { visitorId, visitorName: named, slotId } };
    return startSend(senderOf(visit), input).catch(hideOwner);
  }

  async function prepare(visit: Visit, input: CompleteUploadInput): Promise<Finish<VisitorUpload>> {
    const finish = await prepareSent(senderOf(visit), input).catch(hideOwner);
    return async () => {
      await finish().catch(hideOwner);
      return findSent(db, { visit, uploadId: input.uploadId });
    };
  }

  return {
    /** Counts one start of a visitor. Throws `rate_limited`. */
    countStart,

    start: startOne,

    /** Starts many uploads, one after another. Returns one outcome for each file, in the order of the list. */
    async startAll(
      visit: Visit,
      { files, network }: FromNetwork<{ files: readonly SendFileInput[] }>,
      counting?: Counting,
    ): Promise<Outcome<StartedUpload>[]> {
      const outcomes: Outcome<StartedUpload>[] = [];
      const start = untilUnavailable();
      for (const file of files) outcomes.push(await start(() => startOne(visit, { ...file, network }, counting)));
      return outcomes;
    },

    get: (visit: Visit, uploadId: string) => get(senderOf(visit), uploadId),

    signParts: (visit: Visit, input: { uploadId: string; partNumbers: readonly number[] }) =>
      sign(senderOf(visit), input),

    prepare,

    complete: async (visit: Visit, input: CompleteUploadInput): Promise<VisitorUpload> =>
      (await prepare(visit, input))(),

    /** Aborts an unfinished upload of this visitor, or deletes the file, even a rejected one. The visitor may repeat the call. */
    async takeBack(visit: Visit, uploadId: string): Promise<void> {
      const caller = senderOf(visit);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const { attachment, file } = await findSent(db, { visit, uploadId });
        if (DELETABLE.has(attachment.state)) {
          const authorise = (tx: Tx) => holdSent(tx, { visit, uploadId });
          const detail = { visitorName: file.visitorName ?? null };
          return removeAttachment(deps, { caller, authorise, detail });
        }
        try {
          return await abort(caller, uploadId);
        } catch (error) {
          // After `upload_not_pending`, the file may have become ready in the meantime. The next round then deletes the file.
          if (!(error instanceof DomainError) || error.code !== "upload_not_pending") throw error;
        }
      }
      throw new DomainError("upload_not_pending", "The state of the upload is changing. Try again in a moment.");
    },

    list: ({ link, visitorId }: Visit): Promise<VisitorUpload[]> =>
      visitorFileQueries(db).listUploads({ linkId: link.id, visitorId }),
  };
}

/** Locks and returns a visitor's file. Throws `upload_not_found`, or `upload_not_pending` if the file has moved to another note. */
async function holdSent(tx: Tx, sent: { visit: Visit; uploadId: string }): Promise<Attachment> {
  const { attachment } = await findSent(tx, sent);
  await guardedNoteQueries(tx).hold(attachment.noteId);
  await attachmentQueries(tx).hold(attachment.id);
  const { attachment: held } = await findSent(tx, sent);
  return requireReceived(held, sent.visit);
}

type Start = { linkId: string; network: string };

/** The limit of the IP address comes first, so that one visitor can't use up the limits of all visitors. */
function windowsOfStart({ linkId, network }: Start) {
  const problem = TOO_MANY_STARTS;
  return [
    { limit: STARTS_OF_IP, holder: `${linkId} ${network}`, problem },
    { limit: STARTS_OF_LINK, holder: linkId, problem },
    { limit: STARTS_OF_DAY, holder: linkId, problem },
  ];
}

/** Finds an upload of this visitor through this link. Throws `upload_not_found`. */
export async function findSent(
  tx: Tx,
  { visit, uploadId }: { visit: Visit; uploadId: string },
): Promise<VisitorUpload> {
  const found = await visitorFileQueries(tx).findUpload({
    linkId: visit.link.id,
    visitorId: visit.visitorId,
    uploadId,
  });
  if (found === undefined) throw noSuch("upload");
  return found;
}

/** Throws `upload_not_pending` for a moved file. A moved file belongs to another note, where a visitor may delete nothing. */
function requireReceived(attachment: Attachment, { link }: Visit): Attachment {
  if (attachment.noteId === link.noteId) return attachment;
  throw new DomainError("upload_not_pending", "The recipient has filed this file already, so it can't be taken back.");
}

function senderOf({ link, visitorId }: Visit): Sender {
  return { userId: visitorActorId(visitorId), linkId: link.id };
}

/** Replaces the errors that would reveal facts about the note or its owner to a visitor. */
function hideOwner(error: unknown): never {
  if (error instanceof DomainError && error.code === "note_not_found") throw linkNotFound();
  if (error instanceof DomainError && error.code === "attachment_not_found") throw noSuch("upload");
  if (error instanceof DomainError && (error.code === "quota_exceeded" || error.code === "too_many_uploads")) {
    throw new DomainError(error.code, "The recipient has no capacity for this file now. Try again later.", {
      cause: error,
    });
  }
  throw error;
}

type Sending = Pick<Request, "sealedPass"> & {
  /** The network of a visitor who starts an upload. Undefined: the visitor continues, lists or deletes uploads. */
  startsFrom?: string | undefined;
};

/**
 * Admits a visitor who sends files to a file request. Returns a pass, which is valid until the current expiry of the link.
 * Throws `link_not_found`, and `wrong_password` if the visitor has not entered the password yet.
 */
export function admitSender(deps: Deps, { admit }: { admit: Admit }) {
  return async (token: string, { sealedPass, startsFrom }: Sending): Promise<{ visit: Visit; pass: Pass }> => {
    const admitted = await admit(token, {
      sealedPass,
      wish: { kind: "send" },
      windowsOf: ({ link }) =>
        startsFrom === undefined ? [] : windowsOfStart({ linkId: link.id, network: startsFrom }),
    });
    if (admitted.state === "locked") throw linkNotFound();
    const pass = newPass(deps, admitted);
    return { visit: { link: admitted.link, visitorId: pass.visitorId }, pass };
  };
}
