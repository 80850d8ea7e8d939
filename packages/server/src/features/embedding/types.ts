import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { AttachmentState, FileRejection, FileVisitor, Json } from "../../platform/database/unions.ts";
import type { AnnotationsInput } from "../attachments/annotations.ts";

/**
 * A user of the application: `{ id, name?, email? }`, and any further members, which your rules get. `id` has 1 to 255 characters, and
 * `email` has at most 254 characters. Lists of files show the `name` of the user who added a file. Visitors of a link see the `name` of the
 * link's creator.
 */
export type User = { id: string; email?: string | null | undefined; name?: string | null | undefined };

/** A file of an item, in the form that the application gets. */
export type ItemFile = {
  id: string;
  resource: string;
  itemId: string;
  filename: string;
  /** The folder of the file, such as "photos/2024/". Empty for a file without a folder. */
  path: string;
  contentType: string;
  sizeBytes: number;
  /** The SHA-256 of the file in base64. Undefined if Valet Key did not verify a SHA-256 of the file. */
  sha256: string | undefined;
  /** Only a file with the state `ready` can be downloaded. */
  state: AttachmentState;
  /** The reason of the rejection, if Valet Key rejected the file. */
  reason: string | undefined;
  /** The reason of the rejection in a form for programs. Undefined if an older version rejected the file. */
  rejection?: FileRejection | undefined;
  /**
   * The id of the user who added the file. Empty if the application added the file with `asApplication`. For a file from a visitor of a
   * file request, the id starts with `visitor:`.
   */
  createdBy: string;
  createdAt: Date;
  /** The tags that the application has given to the file. No response to a browser contains the tags or the metadata. */
  tags: readonly string[];
  /** The metadata that the application has stored with the file. */
  metadata: { readonly [name: string]: Json };
  /** The previews of a ready file, with their width and height in pixels. The member is absent if the file has no previews. */
  previews?: { name: "small" | "large"; width: number; height: number }[];
};

/**
 * Facts about one call of a hook. `id` is the same in all calls about one event, so use `id` as an idempotency key. `attempt` is the number
 * of the call, from 1.
 */
export type HookDelivery = {
  id: string;
  attempt: number;
  /** The visitor of a file request who sent the file. Only `onReady`, `onQuarantined` and `onRejected` get the visitor. */
  visitor?: FileVisitor | undefined;
};

/**
 * A function of the application that receives a file and the id of its item. If a hook throws or takes longer than a minute, Valet Key
 * calls the hook again for the file.
 */
export type Hook = (file: ItemFile, itemId: string, delivery: HookDelivery) => unknown;

/**
 * Facts about one call of `onDownload`. `userId` is undefined if a visitor got the URL, and not a user of the application. `purpose` is a
 * statement of the client, so it proves nothing.
 */
export type DownloadDelivery = HookDelivery & {
  userId: string | undefined;
  /** The instant at which Valet Key issued the URL. */
  at: Date;
  purpose: "download" | "view" | "thumbnail" | "zip" | "renewal";
};

/** A function of the application that receives an issued URL of a file. */
export type DownloadHook = (file: ItemFile, itemId: string, delivery: DownloadDelivery) => unknown;

/** A file that a user or the application wants to add to an item. Valet Key has not seen the bytes of the file yet. */
export type OfferedFile = Pick<ItemFile, "filename" | "path" | "contentType" | "sizeBytes" | "sha256">;

/** The number of listed files of an item, with uploads in progress, and their total size in bytes. */
export type ItemCounts = { files: number; bytes: number };

/** The item to which a user adds a file. `counts` reads the counts of the item from the database. */
export type ItemToFill = { resource: string; itemId: string; counts(): Promise<ItemCounts> };

/**
 * The result of `validate`. Undefined or `true` accepts the file. A text refuses the file, and the user sees the text. An object with
 * `tags` or `metadata` accepts the file, and Valet Key stores the tags and the metadata with the file.
 */
export type Validation = string | true | AnnotationsInput | undefined;

/** A resource is a kind of item with files, such as `invoice`. */
export type Resource<AppUser extends User = User> = {
  /**
   * Decides whether the user may read, add or remove files of an item. Valet Key calls `may` for every URL, and never caches the result.
   * Only the result `true` permits the action. Valet Key refuses the action for any other result, after an error, and after 5 seconds
   * without a result.
   */
  may(user: AppUser, action: ItemAction, itemId: string): boolean | Promise<boolean>;
  /**
   * Returns the ids of the items for which `may` would return true. Valet Key calls `mayMany` for requests about many items. Default: one
   * call of `may` for each item.
   */
  mayMany?(user: AppUser, action: ItemAction, itemIds: readonly string[]): Iterable<string> | Promise<Iterable<string>>;
  /**
   * Decides whether the user may make links that open files of the item for people without an account. Valet Key first calls `may` with
   * `read`. At each request of a visitor, Valet Key calls both functions again for the creator of the link. Only the result `true` permits
   * the links. Default: users can't make links. Needs the option `links` of `createValetKey`.
   */
  mayShare?(user: AppUser, itemId: string): boolean | Promise<boolean>;
  /**
   * Decides whether the user may make file requests, with which people without an account send files to the item. Valet Key first calls
   * `may` with `add`. At each request of a visitor, Valet Key calls both functions again for the creator of the file request. Only the
   * result `true` permits the file requests. Default: users can't make file requests. Needs the option `links` of `createValetKey`.
   */
  mayRequest?(user: AppUser, itemId: string): boolean | Promise<boolean>;
  /** The accepted content types, such as `application/pdf` and `image/*`. Extensions such as `.pdf` are refused. Default: every type. */
  accept?: readonly string[] | undefined;
  /** The maximum file size, in bytes. Pages of file requests show the limit to visitors. Range: from 1. Default: 5 GiB. */
  maxBytes?: number | undefined;
  /**
   * Checks a file before its upload starts. Returns nothing to accept the file, or a text with the reason to refuse the file. With `{ tags,
   * metadata }`, accepts the file and stores the tags and the metadata with the file. The error of a refused file has the code
   * `file_refused` and the returned text. Valet Key also refuses the file for any other result, after an error, and after 5 seconds without
   * a result. Uploads that start at the same moment can see equal counts. Default: no check.
   *
   * @example
   * ```ts
   * validate: async (file, user, item) =>
   *   (await item.counts()).files >= 10 ? "An invoice has at most 10 files." : undefined,
   * ```
   */
  validate?(file: OfferedFile, user: AppUser, item: ItemToFill): Validation | Promise<Validation>;
  /** The lifetime of a URL in seconds, if the caller does not choose a shorter time. Range: 1 to 604,800. Default: 60. */
  urlTtlSeconds?: number | undefined;
  /** Valet Key calls `onReady` at least once for each verified or accepted file, even after a crash. Default: none. */
  onReady?: Hook | undefined;
  /**
   * Valet Key calls `onQuarantined` at least once for each verified file of a file request with `review`, and always before the `onReady`
   * or `onRejected` of this file. Default: none.
   */
  onQuarantined?: Hook | undefined;
  /** Valet Key calls `onRejected` at least once for each file whose verification failed, or that a reviewer rejected. Default: none. */
  onRejected?: Hook | undefined;
  /**
   * Valet Key calls `onRemoved` at least once for each ready or quarantined file that was deleted permanently, and always after the other
   * hooks about the upload of this file. A file that moves to the trash is not deleted permanently. Default: none.
   */
  onRemoved?: Hook | undefined;
  /**
   * Valet Key calls `onDownload` at least once for each URL of a file that Valet Key issued, about half a minute later. A URL does not
   * prove that somebody read the bytes. To count downloads, count these calls. There are no calls for previews, and no call for a file that
   * was removed before the call. Default: none.
   */
  onDownload?: DownloadHook | undefined;
};

/** The names of the options of a resource. TypeScript compares these names with the type `Resource`. */
export const RESOURCE_OPTIONS = {
  may: true,
  mayMany: true,
  mayShare: true,
  mayRequest: true,
  accept: true,
  maxBytes: true,
  validate: true,
  urlTtlSeconds: true,
  onReady: true,
  onQuarantined: true,
  onRejected: true,
  onRemoved: true,
  onDownload: true,
} as const satisfies Record<keyof Resource, true>;

export type Resources<AppUser extends User = User> = Readonly<Record<string, Resource<AppUser>>>;

/**
 * An item of an application that embeds Valet Key, such as invoice 42. `resource` is the kind of the item, such as `invoice`. The files of
 * an item belong to the note of the item. This note has no user as its owner, so no list of notes contains it.
 */
export type Item = ItemName & { noteId: string };

/** The name of an item in the application. */
export type ItemName = { resource: string; itemId: string };

/** An action that a user of an application requests on the files of an item. */
export type ItemAction = "read" | "add" | "remove";

/** The entry points of an embedding. All entry points pass requests to one HTTP application. */
export type Doors = {
  /** Handles a web-standard request, for frameworks such as Hono, Next.js and TanStack Start. */
  fetch(request: Request): Promise<Response>;
  /** Handles a request of Node.js or Express. The body of the request may be unread, or a parser may have read the body. */
  node(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** A Fastify plugin that adds the routes below `basePath`. */
  fastify(app: FastifyInstance): Promise<void>;
};

/** The tenant and the folder of the files of an item, which the option `place` returns. */
export type ItemPlace = {
  /** The tenant that owns the item. Range: 1 to 64 letters, digits, `-` and `_`. */
  tenant: string;
  /**
   * A folder below the folder of the tenant. Default: no further folder. The folder of a tenant is `tenants/` and the name of the tenant.
   */
  folder?: string | undefined;
  /** The name of a bucket in the option `buckets`. Default: the bucket of the option `bucket`. */
  bucket?: string | undefined;
};
