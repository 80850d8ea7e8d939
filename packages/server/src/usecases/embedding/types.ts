import type { AttachmentState } from "../../domain/attachment.ts";
import type { ItemAction } from "../../domain/item.ts";

/** A user of the application. `id` has 1 to 255 characters, and `email` at most 254. The lists of files show the names. */
export type User = { id: string; email?: string | null | undefined; name?: string | null | undefined };

/** A file of an item, as the application reads it. */
export type ItemFile = {
  id: string;
  resource: string;
  itemId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Base64. Undefined: the service has verified no SHA-256. */
  sha256: string | undefined;
  /** Only a `ready` file can be downloaded. */
  state: AttachmentState;
  /** Why the file was rejected. */
  reason: string | undefined;
  /** The id of the user who sent it. */
  createdBy: string;
  createdAt: Date;
};

/**
 * One delivery of a hook. `id` is the same at each delivery of an event, so use it as an idempotency key. `attempt` counts from 1.
 */
export type HookDelivery = { id: string; attempt: number };

/**
 * Receives the file and the id of its item. The service calls it again if it throws or takes longer than a
 * minute.
 */
export type Hook = (file: ItemFile, itemId: string, delivery: HookDelivery) => unknown;

/** A kind of thing that files belong to, such as `invoice`. */
export type Resource<AppUser extends User = User> = {
  /**
   * Decides whether the user may read, add or remove files of the item with this id. It is called for every URL, and its result is
   * never cached. Only `true` permits. The action is refused after any other value, after an error, and after 5 seconds without a result.
   */
  may(user: AppUser, action: ItemAction, itemId: string): boolean | Promise<boolean>;
  /** Returns the ids that `may` permits, for requests about many items. Default: `may` is called for each item. */
  mayMany?(user: AppUser, action: ItemAction, itemIds: readonly string[]): Iterable<string> | Promise<Iterable<string>>;
  /** The accepted types, such as `application/pdf` and `image/*`. Default: every type. */
  accept?: readonly string[] | undefined;
  /** The largest accepted file. Bytes. Default: 5 GiB. */
  maxBytes?: number | undefined;
  /** How long a URL is valid, and the longest time that a request may ask for. Seconds. Default: 60. */
  urlTtlSeconds?: number | undefined;
  /** Called for each verified file, at least once, even after a crash. */
  onReady?: Hook | undefined;
  /** Called for each file whose verification failed, at least once. */
  onRejected?: Hook | undefined;
};

export type Resources<AppUser extends User = User> = Readonly<Record<string, Resource<AppUser>>>;
