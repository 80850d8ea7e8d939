import { normaliseContentType } from "../../platform/bucket/download-headers.ts";
import { inLane } from "../../platform/database/lanes.ts";
import type { LinkKind, Role } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { isStorableText } from "../../platform/text/readable-text.ts";
import type { Attachment } from "../access/attachment.ts";
import { applicationUserId, type Caller, idInApplication } from "../access/caller.ts";
import { acceptsType } from "../links/file-request.ts";
import { fileEventQueries, type ItemName } from "../outbox/file-event-queries.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { normaliseEmail } from "../people/person.ts";
import { peopleQueries } from "../people/queries.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import type { Ask } from "./ask.ts";
import { type ChosenPlace, ownerOf, type Places } from "./places.ts";
import { itemQueries } from "./queries.ts";
import type { Item, ItemAction, ItemFile, Resource, Resources, User } from "./types.ts";

/** The role on the note that a user gets for one call, if the host application permits the action. The call does nothing else. */
export const ROLES: Record<ItemAction, Role> = { read: "viewer", add: "editor", remove: "editor" };

/** The role that a user gets for one call about links or file requests, and the creator of a link for one request of a visitor. */
export const ROLE_OF_SHARERS: Role = "editor";

/** The application itself, which may perform every action. The service does not call `may` for the application. */
export const APPLICATION = Symbol("application");

/** The caller of an embedding: a user of the host application, or the application itself. */
export type Actor = User | typeof APPLICATION;

/** Makes the caller for an actor, without access to any note. The id of the application itself is empty. */
export function callerOf(actor: Actor): Caller & { grants: ReadonlyMap<string, Role> } {
  return { userId: applicationUserId(actor === APPLICATION ? "" : actor.id), grants: new Map() };
}

export function createItemAccess({ db }: Deps, ask: Ask) {
  const may = (actor: Actor, action: ItemAction, item: ItemName) =>
    actor === APPLICATION ? true : ask.may(actor, action, item);

  async function mayMany<Name extends ItemName>(
    actor: Actor,
    action: ItemAction,
    items: readonly Name[],
  ): Promise<Set<Name>> {
    return actor === APPLICATION ? new Set(items) : ask.mayMany(actor, action, items);
  }

  /**
   * Returns the caller with the decision of the application about one item. If the application refuses the user, the caller has no access
   * to the note. The use case then refuses the caller, and records the refusal.
   */
  async function callerFor(actor: Actor, action: ItemAction, item: Item): Promise<Caller> {
    const isPermitted = await may(actor, action, item);
    return { ...callerOf(actor), grants: new Map(isPermitted ? [[item.noteId, ROLES[action]]] : []) };
  }

  /** Throws `access_denied` unless the application permits the action. */
  async function requireRight(actor: Actor, action: ItemAction, item: ItemName): Promise<void> {
    if (!(await may(actor, action, item))) throw new DomainError("access_denied", "Access denied");
  }

  /** Throws `access_denied` unless the application permits the actor to make links or file requests for the item. */
  async function requireLink(actor: Actor, item: ItemName, kind: LinkKind): Promise<void> {
    if (actor === APPLICATION) return;
    const isPermitted = await (kind === "upload" ? ask.mayRequest(actor, item) : ask.mayShare(actor, item));
    if (!isPermitted) throw new DomainError("access_denied", "Access denied");
  }

  /** Returns the item of a file. Throws `attachment_not_found`, also for a file that belongs to no item. */
  async function itemOfFile(fileId: string): Promise<Item> {
    const item = await lookupQueries(db).itemOfFile(fileId);
    if (item === undefined) throw noSuch("attachment");
    return item;
  }

  /** Returns the item of an upload that the user started. Throws `upload_not_found`. */
  async function itemOfUpload(user: User, uploadId: string): Promise<Item> {
    const upload = await uploadQueries(db).find(uploadId);
    const item =
      upload?.userId === applicationUserId(user.id) ? await fileEventQueries(db).itemOfNote(upload.noteId) : undefined;
    if (item === undefined) throw noSuch("upload");
    return item;
  }

  /** Runs a write about a file in the lane of the item's owner, because such writes lock the usage row of the owner. */
  async function inLaneOf<T>(item: Item, run: () => Promise<T>): Promise<T> {
    const placed = (await lookupQueries(db).item(item)) ?? { ...item, tenant: undefined };
    return inLane(ownerOf(placed), run);
  }

  return { callerFor, requireRight, requireLink, mayMany, itemOfFile, itemOfUpload, inLaneOf };
}

/**
 * Returns an item of the application with its place. At the first upload to an item, creates the item and its note, and stores the place
 * that the application's function `place` returns. The stored place and tenant never change. Throws TypeError for a wrong place or quota.
 * `addsFiles`: whether the call adds files, and therefore needs the current quota of the tenant. Default: true.
 */
export async function openItem(
  deps: Deps,
  { item: name, places, addsFiles = true }: { item: ItemName; places: Places; addsFiles?: boolean },
): Promise<Item & ChosenPlace> {
  const item = (await lookupQueries(deps.db).item(name)) ?? (await createItem(deps, { name, places }));
  if (addsFiles && item.tenant !== undefined) await places.applyQuota(item.tenant);
  return item;
}

async function createItem(
  deps: Deps,
  { name, places }: { name: ItemName; places: Places },
): Promise<Item & ChosenPlace> {
  const { db, clock, newId } = deps;
  const item = { noteId: newId(), ...name, ...(await places.choose(name)) };
  const isNew = await itemQueries(db).insert(item, clock());
  // If the item is not new, a parallel request has created it.
  return isNew ? item : openItem(deps, { item: name, places, addsFiles: false });
}

const MAX_ID_LENGTH = 255;

/**
 * Checks an item that the host application names. Throws TypeError for a wrong type, `invalid_request` for an empty id or an id of more
 * than 255 characters, and `not_found` for an unknown resource.
 */
export function checkItem(resources: Resources, name: ItemName): ItemName {
  const { resource, itemId } = Object(name) as Record<keyof ItemName, unknown>;
  if (typeof resource !== "string" || typeof itemId !== "string") {
    const remedy = typeof itemId === "number" ? ` Use String(${itemId}) for the id ${itemId}.` : "";
    throw new TypeError(`An item must be { resource, itemId } with two texts.${remedy}`);
  }
  rulesOf(resources, resource);
  if (itemId === "" || itemId.length > MAX_ID_LENGTH || !isStorableText(itemId)) {
    throw new DomainError("invalid_request", `itemId must be a text of 1 to ${MAX_ID_LENGTH} characters.`);
  }
  return { resource, itemId };
}

/** Returns the rules of a resource. Throws `not_found` for an unknown resource. */
export function rulesOf(resources: Resources, resource: string): Resource {
  const rules = Object.hasOwn(resources, resource) ? resources[resource] : undefined;
  if (rules !== undefined) return rules;
  const known = Object.keys(resources).join(", ");
  throw new DomainError("not_found", `There is no resource "${resource}". The resources are ${known}.`);
}

/** Returns the lifetime of the URLs of a resource, in seconds. */
export function urlTtlOf({ urlTtlSeconds }: Resource, { urlTtlDefaultSeconds }: Deps["limits"]): number {
  return urlTtlSeconds ?? urlTtlDefaultSeconds;
}

/** Checks a declared file against the rules of its resource. Throws `kind_not_accepted` and `file_too_large`. */
export function checkFile({ accept, maxBytes }: Resource, file: { contentType: string; sizeBytes: number }): void {
  const contentType = normaliseContentType(file.contentType);
  if (!acceptsType([accept ?? []], contentType)) {
    throw new DomainError("kind_not_accepted", `Files of type ${contentType} are not accepted here.`);
  }
  if (maxBytes !== undefined && file.sizeBytes > maxBytes) {
    throw new DomainError("file_too_large", `The file is larger than the limit of ${maxBytes} bytes.`);
  }
}

/**
 * Stores the name and the email address of a user of the host application, because the responses of the service contain them. Reads the
 * stored user first, because most calls change nothing, and a read costs less than a durable write.
 */
export function rememberUser({ db, clock }: Pick<Deps, "db" | "clock">) {
  return async (user: Actor): Promise<void> => {
    if (user === APPLICATION) return;
    const id = callerOf(user).userId;
    const email = user.email ? normaliseEmail(user.email) : undefined;
    const name = user.name ?? undefined;
    const known = await lookupQueries(db).person(id);
    if (known !== undefined && known.email === email && (name === undefined || known.name === name)) return;
    await peopleQueries(db).put({ id, email: email ?? null, name, isAdmin: false, now: clock() });
  };
}

/** Converts an attachment to the form that the application gets, without the object key. */
export function presentFile(attachment: Attachment, { resource, itemId }: ItemName): ItemFile {
  const {
    id,
    path,
    filename,
    contentType,
    sizeBytes,
    checksum,
    state,
    rejectReason,
    rejection,
    createdBy,
    createdAt,
    previews,
    annotations,
  } = attachment;
  return {
    id,
    resource,
    itemId,
    filename,
    path,
    contentType,
    sizeBytes,
    sha256: checksum?.value,
    state,
    reason: rejectReason,
    rejection,
    createdBy: idInApplication(createdBy) ?? createdBy,
    createdAt: new Date(createdAt),
    tags: annotations?.tags ?? [],
    metadata: annotations?.metadata ?? {},
    ...(state === "ready" && previews !== undefined && { previews: [...previews] }),
  };
}
