import type { AttachmentState } from "../../platform/database/unions.ts";
import type { ItemName } from "../outbox/file-event-queries.ts";

/** A user of the host application. `id`: 1 to 255 characters. `email`: at most 254 characters. `name`: lists of files show this name. */
export type User = { id: string; email?: string | null | undefined; name?: string | null | undefined };

/** A file of an item, in the form that the application gets. */
export type ItemFile = {
  id: string;
  resource: string;
  itemId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Base64. Undefined: the service did not verify a SHA-256 of the file. */
  sha256: string | undefined;
  /** Only a `ready` file can be downloaded. */
  state: AttachmentState;
  /** The reason if the file was rejected. */
  reason: string | undefined;
  /** The id of the user who uploaded the file. */
  createdBy: string;
  createdAt: Date;
};

/**
 * One call of a hook. `id`: the same in each call for the same event, so use it as an idempotency key. `attempt`: the number of this call,
 * from 1.
 */
export type HookDelivery = { id: string; attempt: number };

/**
 * A function of the application that receives a file and the id of its item. If the function throws or takes longer than a minute, the
 * service calls it again with the same file.
 */
export type Hook = (file: ItemFile, itemId: string, delivery: HookDelivery) => unknown;

/** A kind of thing that files belong to, such as `invoice`. */
export type Resource<AppUser extends User = User> = {
  /**
   * Decides whether the user may read, add or remove files of the item with this id. The service calls it for every URL and never caches
   * the result. Only `true` permits the action. The service refuses the action after any other value, after an error, and after 5 seconds
   * without a result.
   */
  may(user: AppUser, action: ItemAction, itemId: string): boolean | Promise<boolean>;
  /**
   * Returns the ids of the items for which `may` returns true. The service calls this function for requests about many items. Default: it
   * calls `may` for each item.
   */
  mayMany?(user: AppUser, action: ItemAction, itemIds: readonly string[]): Iterable<string> | Promise<Iterable<string>>;
  /** The accepted types, such as `application/pdf` and `image/*`. Default: every type. */
  accept?: readonly string[] | undefined;
  /** The largest accepted file. Bytes. Default: 5 GiB. */
  maxBytes?: number | undefined;
  /** How long a URL is valid, if the caller does not choose a shorter time. Seconds. Default: 60. */
  urlTtlSeconds?: number | undefined;
  /** Called at least once for each verified file, even after a crash. */
  onReady?: Hook | undefined;
  /** Called at least once for each file whose verification failed. */
  onRejected?: Hook | undefined;
};

export type Resources<AppUser extends User = User> = Readonly<Record<string, Resource<AppUser>>>;

/**
 * One thing of an application that embeds the service, such as invoice 42. `resource` is the kind of thing, such as `invoice`.
 * The files of an item belong to a note. No user owns this note, so no list contains the note.
 */
export type Item = ItemName & { noteId: string };

/** An action that a user of an application requests on the files of an item. */
export type ItemAction = "read" | "add" | "remove";
