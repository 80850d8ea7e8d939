import type { Role } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { applicationUserId } from "../access/caller.ts";
import type { ItemName } from "../outbox/file-events.ts";
import { fileEventQueries } from "../outbox/file-events.ts";
import { lookupQueries } from "../people/lookups.ts";
import { uploadQueries } from "../uploads/queries.ts";
import type { Ask } from "./ask.ts";
import type { Item, ItemAction } from "./item.ts";
import type { User } from "./types.ts";

/** The role that a user gets for one call if the host application permits the action. The call performs only this action. */
export const ROLES: Record<ItemAction, Role> = { read: "viewer", add: "editor", remove: "editor" };

/** Makes the caller for a user of the host application, without access to any note. */
export function callerOf({ id }: User): Caller & { grants: ReadonlyMap<string, Role> } {
  return { userId: applicationUserId(id), grants: new Map() };
}

/** Creates the functions that find items and ask the application about them. */
export function createItemAccess({ db }: Pick<Deps, "db">, ask: Ask) {
  /**
   * Returns the caller with the application's decision about one item. If the application refuses the user, the caller gets no access to
   * the note. The use case that gets this caller then refuses the user and records the refusal.
   */
  async function callerFor(user: User, action: ItemAction, item: Item): Promise<Caller> {
    const isPermitted = await ask.may(user, action, item);
    return { ...callerOf(user), grants: new Map(isPermitted ? [[item.noteId, ROLES[action]]] : []) };
  }

  /** Throws `access_denied` unless the application permits the action. */
  async function requireRight(user: User, action: ItemAction, item: ItemName): Promise<void> {
    if (!(await ask.may(user, action, item))) throw new DomainError("access_denied", "Access denied");
  }

  /** Returns the item of a file. Throws `attachment_not_found`, also if the file belongs to no item. */
  async function itemOfFile(fileId: string): Promise<Item> {
    const item = await lookupQueries(db).itemOfFile(fileId);
    if (item === undefined) throw new DomainError("attachment_not_found", "Attachment not found");
    return item;
  }

  /** Returns the item of an upload that this user started. Throws `upload_not_found`. */
  async function itemOfUpload(user: User, uploadId: string): Promise<Item> {
    const upload = await uploadQueries(db).find(uploadId);
    const item =
      upload?.userId === applicationUserId(user.id) ? await fileEventQueries(db).itemOfNote(upload.noteId) : undefined;
    if (item === undefined) throw new DomainError("upload_not_found", "Upload not found");
    return item;
  }

  return { callerFor, requireRight, itemOfFile, itemOfUpload };
}
