import type { PreviewName } from "@valetkey/contract";
import type { Disposition } from "../../platform/bucket/download-headers.ts";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Annotations, Attachment } from "../access/attachment.ts";
import type { Caller } from "../access/caller.ts";
import { annotationQueries } from "../attachments/annotation-queries.ts";
import type { AttachmentVerbs } from "../attachments/index.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import type { UrlPurpose } from "../audit/audit-event.ts";
import type { DownloadVerbs } from "../downloads/index.ts";
import { checkExpiry, type IssuedUrl } from "../downloads/issue-url.ts";
import type { BatchAnswer } from "../downloads/issue-urls.ts";
import type { ItemName } from "../outbox/file-event-queries.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import type { PreviewVerbs } from "../previews/index.ts";
import type { DeclaredPreview, PreviewId } from "../previews/start.ts";
import type { TrashVerbs } from "../trash/index.ts";
import type { Outcome } from "../uploads/batch.ts";
import type { CompleteUploadInput, Finish } from "../uploads/complete.ts";
import type { UploadVerbs } from "../uploads/index.ts";
import type { UploadProgress } from "../uploads/parts.ts";
import type { StartedUpload } from "../uploads/start.ts";
import type { Admit } from "./admit.ts";
import type { Ask } from "./ask.ts";
import { type Actor, callerOf, createItemAccess, openItem, ROLES, rememberUser, rulesOf, urlTtlOf } from "./items.ts";
import type { Places } from "./places.ts";
import { itemQueries } from "./queries.ts";
import type { Item, ItemAction, Resources, User } from "./types.ts";

type FileOfItem = { attachment: Attachment; item: ItemName };

/** The facts about a file that the client declares before the upload. */
type NewFile = {
  path?: string | undefined;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  idempotencyKey?: string | undefined;
};

type UrlInput = {
  fileId: string;
  expiresInSeconds: number | undefined;
  disposition: Disposition;
  isCacheable: boolean;
  purpose?: UrlPurpose | undefined;
  preview?: PreviewName | undefined;
};

export type Files = ReturnType<typeof createFiles>;

/**
 * Makes the use cases of an embedding. Each use case requests a decision from the host application, and then runs a use case of the service
 * with this decision. No use case calls the host application inside a transaction, because a query of the application could wait for a lock
 * of the transaction.
 */
export function createFiles(
  deps: Deps,
  parts: {
    useCases: AttachmentVerbs & DownloadVerbs & PreviewVerbs & TrashVerbs & UploadVerbs;
    resources: Resources;
    ask: Ask;
    admit: Admit;
    places: Places;
  },
) {
  const { db } = deps;
  const { useCases, resources, ask, admit, places } = parts;
  const remember = rememberUser(deps);
  const { callerFor, requireRight, mayMany, itemOfFile, itemOfUpload, inLaneOf } = createItemAccess(deps, ask);

  return {
    /**
     * Starts an upload of a file to an item. Throws `not_found`, `access_denied`, `kind_not_accepted`, `file_too_large`, `file_refused`,
     * and the errors of `startUpload`.
     */
    async start(user: User, { file, ...name }: ItemName & { file: NewFile }): Promise<StartedUpload> {
      rulesOf(resources, name.resource);
      await requireRight(user, "add", name);
      const [admitted] = await admit(user, { ...name, files: [file] });
      if (admitted instanceof DomainError) throw admitted;
      const [{ noteId, place }] = await Promise.all([openItem(deps, { item: name, places }), remember(user)]);
      const { userId } = callerOf(user);
      const caller = { userId, grants: new Map([[noteId, ROLES.add]]) };
      const started = await useCases.startUpload(caller, { ...file, noteId, place });
      await annotateStarted(db, [{ started, annotations: admitted }]);
      return started;
    },

    /** Starts many uploads to one item, as `start` does. Returns one outcome for each file, in the order of the list. */
    async startAll(
      user: User,
      { files, ...name }: ItemName & { files: readonly NewFile[] },
    ): Promise<Outcome<StartedUpload>[]> {
      rulesOf(resources, name.resource);
      await requireRight(user, "add", name);
      const checked = await admit(user, { ...name, files });
      return startAdmitted(db, { files, checked }, async (accepted) => {
        const { noteId, place } = await openItem(deps, { item: name, places });
        await remember(user);
        const caller = { userId: callerOf(user).userId, grants: new Map([[noteId, ROLES.add]]) };
        return useCases.startUploads(
          caller,
          accepted.map((file) => ({ ...file, noteId, place })),
        );
      });
    },

    getUpload: (user: User, uploadId: string): Promise<UploadProgress> =>
      itemOfUpload(user, uploadId).then(() => useCases.getUpload(callerOf(user), uploadId)),

    async signParts(user: User, input: { uploadId: string; partNumbers: readonly number[] }) {
      const item = await itemOfUpload(user, input.uploadId);
      return useCases.signParts(await callerFor(user, "add", item), input);
    },

    prepare,

    complete: async (user: User, input: Omit<CompleteUploadInput, "accepted">): Promise<FileOfItem> =>
      (await prepare(user, input))(),

    abort: (user: User, uploadId: string): Promise<void> =>
      itemOfUpload(user, uploadId).then(() => useCases.abortUpload(callerOf(user), uploadId)),

    /** Returns one page of the item's files that have all terms of a search, in the order of creation. Without files, the page is empty. */
    async list(
      user: Actor,
      { page, terms = [], ...name }: ItemName & { page: PageRequest; terms?: readonly string[] },
    ): Promise<Page<Attachment>> {
      rulesOf(resources, name.resource);
      await requireRight(user, "read", name);
      const item = await lookupQueries(db).item(name);
      if (item === undefined) return { items: [], nextCursor: undefined };
      const { noteId } = item;
      if (terms.length === 0) return attachmentQueries(db).pageOfNote(noteId, { ...page, isForViewers: true });
      return annotationQueries(db).pageOfNote({ noteId, terms }, page);
    },

    async get(user: Actor, fileId: string): Promise<FileOfItem> {
      return onFile(user, { fileId, action: "read" }, async (caller, item) => ({
        attachment: await useCases.getAttachment(caller, fileId),
        item,
      }));
    },

    async issueUrl(user: Actor, { fileId, ...input }: UrlInput): Promise<IssuedUrl> {
      // If the application refuses the user, `caller` has no access to the note. So `issueUrl` refuses the caller, and records the refusal.
      return onFile(user, { fileId, action: "read" }, (caller, item) => {
        const expiresInSeconds = expiryOf(item, input.expiresInSeconds);
        // An embedding does not bind its URLs to an IP address.
        const asked = { ...input, purpose: input.purpose, attachmentId: fileId, expiresInSeconds };
        return useCases.issueUrl(caller, { ...asked, clientIp: undefined });
      });
    },

    async issueUrls(
      user: Actor,
      { fileIds, ...input }: { fileIds: readonly string[] } & Pick<UrlInput, "purpose" | "preview" | "isCacheable">,
    ): Promise<BatchAnswer[]> {
      const { found, permitted, caller } = await callerForMany(user, "read", fileIds);
      // All URLs of a batch have the same lifetime: the shortest lifetime that the resources of the files permit.
      const expiries = [...permitted].map((item) => expiryOf(item, undefined));
      const expiresInSeconds = expiries.length === 0 ? undefined : Math.min(...expiries);
      // A file that belongs to no item is reported as unknown, even if the file exists.
      const attachmentIds = fileIds.map((id) => (found.has(id.toLowerCase()) ? id : ""));
      const { purpose } = input;
      const asked = { ...input, purpose, attachmentIds, expiresInSeconds, clientIp: undefined };
      const answers = await useCases.issueUrls(caller, asked);
      return answers.map((answer, index) => ({ ...answer, attachmentId: fileIds[index] as string }));
    },

    /** Starts uploads of previews, as `startPreviews` of the service does. The user must have the right to add files to the item. */
    async startPreviews(user: User, declared: readonly DeclaredPreview[]) {
      return useCases.startPreviews(await senderOf(user, declared), declared);
    },

    async completePreviews(user: User, asked: readonly PreviewId[]) {
      return useCases.completePreviews(await senderOf(user, asked), asked);
    },

    async remove(user: Actor, fileId: string): Promise<void> {
      await onFile(user, { fileId, action: "remove" }, (caller, item) =>
        inLaneOf(item, () => useCases.deleteAttachment(caller, fileId)),
      );
    },
  };

  /**
   * Runs a call about one file with the decision of the application. The file can move to another item of its tenant after the decision.
   * The decision is then about the former item. So the function requests a decision about the new item, and repeats the call.
   */
  async function onFile<T>(
    user: Actor,
    { fileId, action }: { fileId: string; action: ItemAction },
    run: (caller: Caller, item: Item) => Promise<T>,
  ): Promise<T> {
    const item = await itemOfFile(fileId);
    const caller = await callerFor(user, action, item);
    try {
      return await run(caller, item);
    } catch (error) {
      const isRefused = error instanceof DomainError && error.code === "access_denied";
      if (!isRefused || !caller.grants?.has(item.noteId)) throw error;
      const there = await itemOfFile(fileId);
      if (there.noteId === item.noteId) throw error;
      return run(await callerFor(user, action, there), there);
    }
  }

  /** Checks the completion of an upload, as `prepareCompletion` does. */
  async function prepare(user: User, input: Omit<CompleteUploadInput, "accepted">): Promise<Finish<FileOfItem>> {
    const item = await itemOfUpload(user, input.uploadId);
    const accepted = [rulesOf(resources, item.resource).accept ?? []];
    const caller = await callerFor(user, "add", item);
    const finish = await useCases.prepareCompletion(caller, { ...input, accepted });
    return async () => ({ attachment: await finish(), item });
  }

  /** Finds the items of many files. The returned caller has access to each item on which the user may perform the action. */
  async function callerForMany(user: Actor, action: "read" | "add", fileIds: readonly string[]) {
    const found = await itemQueries(db).findOfAttachments([...new Set(fileIds.map((id) => id.toLowerCase()))]);
    const items = new Map([...found.values()].map((item) => [item.noteId, item]));
    const permitted = await mayMany(user, action, [...items.values()]);
    const grants = new Map([...permitted].map(({ noteId }) => [noteId, ROLES[action]]));
    return { found, permitted, caller: { ...callerOf(user), grants } };
  }

  async function senderOf(user: User, previews: readonly PreviewId[]) {
    const ids = previews.map(({ attachmentId }) => attachmentId);
    return (await callerForMany(user, "add", ids)).caller;
  }

  function expiryOf({ resource }: ItemName, requested: number | undefined): number {
    const longest = urlTtlOf(rulesOf(resources, resource), deps.limits);
    checkExpiry(requested, longest);
    return requested ?? longest;
  }
}

type Admitted<File> = { files: readonly File[]; checked: readonly Outcome<Annotations | undefined>[] };

/**
 * Starts the uploads of the files that `validate` and the other rules of their resource permit, and stores the tags and metadata of these
 * files. `checked`: the outcome of the check of each file. Returns one outcome for each file, in the order of the list.
 */
export async function startAdmitted<File>(
  db: Deps["db"],
  { files, checked }: Admitted<File>,
  start: (files: readonly File[]) => Promise<Outcome<StartedUpload>[]>,
): Promise<Outcome<StartedUpload>[]> {
  const accepted = files.filter((_, index) => !(checked[index] instanceof DomainError));
  if (accepted.length === 0) return checked as DomainError[];
  const started = (await start(accepted)).values();
  const outcomes = checked.map((admitted) => ({
    annotations: admitted instanceof DomainError ? undefined : admitted,
    started: admitted instanceof DomainError ? admitted : (started.next().value as Outcome<StartedUpload>),
  }));
  await annotateStarted(db, outcomes);
  return outcomes.map((outcome) => outcome.started);
}

type Start = { started: Outcome<StartedUpload>; annotations: Annotations | undefined };

/** Stores the tags and the metadata of started uploads before a client can complete these uploads. */
async function annotateStarted(db: Deps["db"], starts: readonly Start[]): Promise<void> {
  const annotated = starts.flatMap(({ started, annotations }) => {
    if (annotations === undefined || started instanceof DomainError) return [];
    const { attachmentId: id, noteId } = started.upload;
    return [{ file: { id, noteId }, annotations }];
  });
  if (annotated.length === 0) return;
  await db.transaction(async (tx) => {
    for (const { file, annotations } of annotated) await annotationQueries(tx).addNew(file, annotations);
  });
}
