import { UrlPurpose } from "@valetkey/contract";
import { type PageRequest, toPage } from "../../../platform/database/pages.ts";
import { type Names, requireNames } from "../../../platform/text/option-names.ts";
import { idInApplication } from "../../access/caller.ts";
import { SEARCH_NAMES, termsOfFilter } from "../../attachments/annotations.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { trashQueries } from "../../trash/queries.ts";
import { type Actor, callerOf, checkItem, presentFile, ROLES } from "../items.ts";
import { itemQueries, manyItemsQueries } from "../queries.ts";
import type { ItemName } from "../types.ts";
import { type ActorCalls, type CallContext, checkFileId, checkList } from "./context.ts";
import type { PageOptions, UrlOptions } from "./types.ts";

type Calls = "get" | "list" | "listMany" | "counts" | "issueUrl" | "issueUrls" | "listRemoved" | "activity";

export const MAX_PAGE = 200;
const MAX_ITEMS = 200;
const MAX_URLS = 1_000;
const PURPOSES: ReadonlySet<string> = new Set(UrlPurpose.enum);

export function readCalls({ deps, ...context }: CallContext): Pick<ActorCalls, Calls> {
  const { files, useCases, resources, requireRight, mayMany } = context;
  const { db } = deps;

  /** Returns the checked items in the order of the arguments, with their notes. `isPermitted`: the decision of the application. */
  async function findMany(actor: Actor, given: readonly ItemName[]) {
    const names = checkList(given, { name: "items", max: MAX_ITEMS }).map((item) => checkItem(resources, item));
    const permitted = await mayMany(actor, "read", names);
    const found = await manyItemsQueries(db).find([...permitted]);
    const noteIds = new Map(found.map((item) => [nameOf(item), item.noteId]));
    const items = names.map((name) => ({ name, isPermitted: permitted.has(name), noteId: noteIds.get(nameOf(name)) }));
    return { items, noteIds: [...noteIds.values()] };
  }

  return {
    async get(actor, fileId) {
      const { attachment, item } = await files.get(actor, checkFileId(fileId));
      return presentFile(attachment, item);
    },

    async list(actor, name, options) {
      const item = checkItem(resources, name);
      const page = pageOf(options, { call: "list", names: SEARCH_NAMES });
      const terms = termsOfFilter(Object(options));
      const { items, nextCursor } = await files.list(actor, { ...item, page, terms });
      return { files: items.map((file) => presentFile(file, item)), nextCursor };
    },

    async listMany(actor, given, options) {
      const { limit } = pageOf(options, { call: "listMany", names: { limit: true } });
      const { items, noteIds } = await findMany(actor, given);
      const found = noteIds.length === 0 ? [] : await manyItemsQueries(db).firstFiles(noteIds, limit + 1);
      const byNote = Map.groupBy(found, ({ noteId }) => noteId);
      return items.map(({ name, isPermitted, noteId }) => {
        const page = toPage((isPermitted && noteId !== undefined && byNote.get(noteId)) || [], limit);
        const listed = page.items.map((file) => presentFile(file, name));
        return { ...name, files: listed, nextCursor: page.nextCursor, code: codeOf(isPermitted) };
      });
    },

    async counts(actor, given) {
      const { items, noteIds } = await findMany(actor, given);
      const counted = noteIds.length === 0 ? new Map() : await itemQueries(db).counts(noteIds);
      const none = { files: 0, ready: 0, bytes: 0 };
      return items.map(({ name, isPermitted, noteId }) => {
        const found = isPermitted && noteId !== undefined ? counted.get(noteId) : undefined;
        return { ...name, ...(found ?? none), code: codeOf(isPermitted) };
      });
    },

    async issueUrl(actor, fileId, options = {}) {
      requireNames(options, { call: "issueUrl", names: URL_NAMES });
      const { expiresIn: expiresInSeconds, disposition = "attachment", preview } = options;
      const input = { fileId: checkFileId(fileId), expiresInSeconds, disposition, preview, isCacheable: false };
      const { fileUrl, expiresAt } = await files.issueUrl(actor, input);
      return { url: fileUrl, expiresAt: new Date(expiresAt) };
    },

    async issueUrls(actor, fileIds, options = {}) {
      requireNames(options, { call: "issueUrls", names: { preview: true, purpose: true } });
      const { preview, purpose } = options;
      const asked = checkList(fileIds, { name: "fileIds", max: MAX_URLS }).map(checkFileId);
      if (purpose !== undefined && !PURPOSES.has(purpose)) {
        throw new TypeError(`purpose must be one of ${[...PURPOSES].join(", ")}.`);
      }
      if (asked.length === 0) return [];
      const answers = await files.issueUrls(actor, { fileIds: asked, preview, purpose, isCacheable: false });
      return answers.map(({ attachmentId: fileId, ...answer }) =>
        "code" in answer
          ? { fileId, url: undefined, code: answer.code }
          : { fileId, url: answer.fileUrl, expiresAt: new Date(answer.expiresAt), code: undefined },
      );
    },

    async listRemoved(actor, name, options) {
      const item = checkItem(resources, name);
      const page = pageOf(options, { call: "listRemoved" });
      await requireRight(actor, "remove", item);
      const known = await lookupQueries(db).item(item);
      if (known === undefined) return { files: [], nextCursor: undefined };
      const { items, nextCursor } = await trashQueries(db).pageOfNote(known.noteId, page);
      return {
        files: items.flatMap(({ attachment }) => (attachment ? [presentFile(attachment, item)] : [])),
        nextCursor,
      };
    },

    async activity(actor, name, options) {
      const item = checkItem(resources, name);
      const page = pageOf(options, { call: "activity" });
      await requireRight(actor, "remove", item);
      const known = await lookupQueries(db).item(item);
      if (known === undefined) return { events: [], nextCursor: undefined };
      const { noteId } = known;
      const caller = { ...callerOf(actor), grants: new Map([[noteId, ROLES.remove]]) };
      const { items, nextCursor } = await useCases.listNoteActivity(caller, { noteId, ...page });
      // The application knows its items, but not the ids of their notes. So the service removes these ids from the details of an event.
      const events = items.map(
        ({ id, at, action, actorId, files: named, detail: { fromNoteId, toNoteId, ...detail } }) => ({
          id,
          at: new Date(at),
          action,
          userId: idInApplication(actorId) ?? actorId,
          files: named,
          detail,
        }),
      );
      return { events, nextCursor };
    },
  };
}

const URL_NAMES: Record<keyof UrlOptions, true> = { expiresIn: true, disposition: true, preview: true };
const PAGE_NAMES: Record<keyof PageOptions, true> = { limit: true, cursor: true };

/** Throws RangeError for a wrong limit, and TypeError for a wrong type or an unknown option. */
export function pageOf(
  options: PageOptions = {},
  { call, names = PAGE_NAMES }: { call: string; names?: Names },
): PageRequest {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("The page must be an object, such as { limit: 50 }.");
  }
  requireNames(options, { call, names });
  const { limit = 50, cursor } = options;
  if (cursor !== undefined && typeof cursor !== "string") {
    throw new TypeError("cursor must be the nextCursor of an earlier page, or undefined.");
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new RangeError(`limit must be a whole number from 1 to ${MAX_PAGE}.`);
  }
  return { limit, cursor };
}

function nameOf({ resource, itemId }: ItemName): string {
  return JSON.stringify([resource, itemId]);
}

function codeOf(isPermitted: boolean): "access_denied" | undefined {
  return isPermitted ? undefined : "access_denied";
}
