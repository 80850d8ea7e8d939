import type { AnnotationsFilter, AnnotationsInput } from "../../attachments/annotations.ts";
import type { ItemCounts, ItemFile, ItemName, User } from "../types.ts";
import type { LinkCalls } from "./link-types.ts";
import type { FileRequestCalls } from "./request-types.ts";

/**
 * The bytes of a file: bytes in memory, a `Blob` or `File`, a web stream, a Node.js stream, or `{ file: path }` for a file on the disk of
 * this server. A string is refused, because a string could be a path or the content. For a string with the content, use
 * `Buffer.from(text)`.
 */
export type FileBody =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | { file: string };

/** A file that the server of the application adds to an item. */
export type NewFile = {
  /** The bytes of the file. */
  body: FileBody;
  /** The filename that people see. Range: 1 to 255 characters. Default: the name of a `File`, or of the file on the disk. */
  filename?: string | undefined;
  /**
   * The content type. Default: the type of a `Blob`, or the usual type for the extension of the filename, or `application/octet-stream`.
   */
  contentType?: string | undefined;
  /** The folder of the file, such as "photos/2024/". Default: no folder. */
  path?: string | undefined;
  /** The exact length in bytes. Valet Key refuses a longer or shorter body. Range: from 0. Default: the length of the body. */
  sizeBytes?: number | undefined;
  /** The SHA-256 in base64. Valet Key refuses a body with another SHA-256. Default: no check. */
  sha256?: string | undefined;
} & AnnotationsInput;

/**
 * A staged file: verified bytes that no user can see. The value contains only data, so the application can store the value as JSON. `id` is
 * the id that the file has after `attachStaged`.
 */
export type StagedFile = Pick<
  ItemFile,
  "id" | "resource" | "itemId" | "filename" | "path" | "contentType" | "sizeBytes" | "sha256"
> & {
  /** The instant at which Valet Key deletes the staged file, a day after the call of `stage`. */
  expiresAt: Date;
};

/** A staged file, or its id. With `resource` and `itemId`, the staged file must belong to this item. */
export type StagedRef = string | { id: string; resource?: string | undefined; itemId?: string | undefined };

/**
 * An open transaction of the application, in the PostgreSQL database that contains the tables of Valet Key. The function `query` runs one
 * statement with the values of `$1`, `$2` and so on. It returns the rows, or an object with the member `rows`.
 *
 * @example
 * ```ts
 * const client = await pool.connect();
 * await client.query("begin");
 * await files.attachStaged(client, staged);
 * ```
 */
export type ApplicationTransaction = { query(sql: string, values: unknown[]): Promise<unknown> };

/**
 * The calls that run in a transaction of the application, or after such a transaction. These calls do not call `may`: `stage` has checked
 * the access, and the application decides in its transaction. All calls need PostgreSQL, except `attachStaged` without `tx`.
 */
export type TransactionCalls = {
  /**
   * Attaches a staged file in a transaction of the application. After a commit, the file exists. After a rollback, the file is still
   * staged. Throws `attachment_not_found` (also a day after `stage`), `object_already_attached`, `invalid_request` (if `tx` belongs to
   * another database, which also aborts `tx`), and the errors of the database. Throws TypeError if `tx` is no open transaction.
   *
   * @example
   * ```ts
   * const staged = await files.stage(user, { resource: "invoice", itemId: "42" }, { filename: "invoice.pdf", body });
   * await client.query("begin");
   * await client.query("update invoices set file_id = $1 where id = 42", [staged.id]);
   * await files.attachStaged(client, staged);
   * await client.query("commit");
   * ```
   */
  attachStaged(tx: ApplicationTransaction, staged: StagedRef): Promise<ItemFile>;
  /**
   * Attaches a staged file without a transaction of the application. A repeated call returns the same file. Throws `attachment_not_found`,
   * also a day after `stage`, and after the removal of the file.
   */
  attachStaged(staged: StagedRef): Promise<ItemFile>;
  /**
   * Removes a file in a transaction of the application, as `remove` does. `user`: the user whom the activity of the item names for this
   * removal. Default: the application itself. Throws `attachment_not_found`, `invalid_request` (if `tx` belongs to another database, which
   * also aborts `tx`), and the errors of the database. Throws TypeError if `tx` is no open transaction.
   */
  removeIn(tx: ApplicationTransaction, fileId: string, user?: User): Promise<void>;
};

/** An object of the bucket that becomes a file. */
export type AdoptedObject = {
  /** The whole key of the object in the bucket. The key must start with a prefix of the option `adoptPrefixes`. */
  key: string;
  /** The filename that people see. Default: the last segment of the key. */
  filename?: string | undefined;
  /** The content type. Default: the content type that the bucket stores for the object. */
  contentType?: string | undefined;
  /**
   * Whether Valet Key copies the object to a new key. Only a copy counts in `itemQuotaBytes`, and `remove` deletes only a copy. Without
   * `copy`, the object stays in the bucket after `remove`. Default: false.
   */
  copy?: boolean | undefined;
};

/** Selects a page of a list. */
export type PageOptions = {
  /** The maximum number of entries in the page. Range: 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** The `nextCursor` of the previous page. Default: the first page. */
  cursor?: string | undefined;
};

/** The options of `listMany`. */
export type FirstFilesOptions = {
  /** The number of files of each item. Range: 1 to 200. Default: 50. */
  limit?: number | undefined;
};

/** One page of files. `nextCursor` is undefined on the last page. */
export type FilePage = { files: ItemFile[]; nextCursor: string | undefined };

/** The files of one item. `code` is undefined if the user may read the item. Otherwise `code` is `access_denied`, and the list is empty. */
export type FilesOfItem = ItemName & FilePage & { code: "access_denied" | undefined };

/**
 * The counts of one item. `files`: the number of files, with uploads in progress and without rejected files. `bytes`: the size of these
 * files. `ready`: the number of files that users can download. `code` is `access_denied` if the user may not read the item. All numbers are
 * then 0.
 */
export type CountsOfItem = ItemName & ItemCounts & { ready: number; code: "access_denied" | undefined };

/** The options of a URL. */
export type UrlOptions = {
  /** The lifetime of the URL in seconds. Range: 1 to the `urlTtlSeconds` of the resource. Default: the maximum. */
  expiresIn?: number | undefined;
  /** Whether the browser saves the file (`attachment`) or shows it (`inline`). Default: `attachment`. */
  disposition?: "attachment" | "inline" | undefined;
  /** The preview whose URL is issued. A preview is a small picture of the file, and is always inline. Default: the file itself. */
  preview?: "small" | "large" | undefined;
};

/** A URL of a file, and the expiry of the URL. */
export type FileUrl = { url: string; expiresAt: Date };

/** The URL of one file of a batch, or the error code of the refused file, such as `attachment_not_found`. */
export type FileUrlAnswer = { fileId: string } & ((FileUrl & { code: undefined }) | { url: undefined; code: string });

/** The file that Valet Key made from one object, or the error code of the refused object. */
export type AdoptAnswer = { key: string } & (
  | { file: ItemFile; code: undefined }
  | { file: undefined; code: string; message: string }
);

/** An event about an item or its files. */
export type ActivityEvent = {
  id: string;
  at: Date;
  /** Such as `attachment.uploaded`, `url.issued` or `attachment.deleted`. */
  action: string;
  /** The id of the user who caused the event. Empty for a call of `asApplication`. */
  userId: string;
  /** The first files of the event. A batch of URLs is a single event. */
  files: { id: string; filename: string }[];
  /** Facts about the event, such as `purpose` and `expiresInSeconds` of a URL. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};

type VisitorCalls = LinkCalls & FileRequestCalls;

/** The calls for the code of an application. Each error has a `code`, and its HTTP status as `status` and `statusCode`. */
export type FileCalls = VisitorCalls & {
  /**
   * Adds a file to an item. Makes the same checks as for an upload from a browser. The file is `ready`, or `scanning` if there is a virus
   * scanner. Calls `may` with "add" twice, before the first byte and after the last byte. Throws an error with the `code` `access_denied`,
   * `kind_not_accepted`, `file_too_large`, `file_refused`, `quota_exceeded`, `invalid_filename`, `invalid_path`, `upload_rejected`,
   * `upload_aborted` (the body failed), `request_timeout` (no byte for 30 seconds), `rate_limited`, `service_busy` or `not_found`.
   *
   * @example
   * ```ts
   * await files.attach(user, { resource: "invoice", itemId: "42" }, { filename: "invoice.pdf", body: await renderPdf() });
   * ```
   */
  attach(item: ItemName, file: NewFile): Promise<ItemFile>;
  /**
   * Stores and verifies the bytes of a file that nobody can see before `attachStaged`. The staged file counts in `itemQuotaBytes`. Valet
   * Key deletes the staged file after a day. Makes the same checks as `attach`, calls `may` with "add", and throws the errors of `attach`.
   *
   * @example
   * ```ts
   * const staged = await files.stage(user, { resource: "invoice", itemId: "42" }, { filename: "invoice.pdf", body });
   * ```
   */
  stage(item: ItemName, file: NewFile): Promise<StagedFile>;
  /** Returns a file. Calls `may` with "read". Throws `attachment_not_found` or `access_denied`. */
  get(fileId: string): Promise<ItemFile>;
  /**
   * Lists the files of an item, the oldest file first. The list includes uploads in progress and rejected files: see `state`. A rejected
   * file stays in the list until `remove`. With `tag` or `metadata`, lists only the files that have this tag and all these members. Calls
   * `may` with "read". Throws `not_found`, `access_denied` or `invalid_cursor`.
   */
  list(item: ItemName, options?: PageOptions & AnnotationsFilter): Promise<FilePage>;
  /**
   * Lists the files of all items of a resource that have a tag or members of the metadata, the oldest file first. Calls `mayMany` with
   * "read", and skips the files of refused items. If the user may read only a few of many files, a page can have fewer files than `limit`,
   * or no file, although `nextCursor` names a further page. Throws `not_found` or `invalid_cursor`.
   *
   * @example
   * ```ts
   * const { files: signed } = await files.asApplication.find("invoice", { tag: "signed", metadata: { year: 2026 } });
   * ```
   */
  find(resource: string, options: PageOptions & AnnotationsFilter): Promise<FilePage>;
  /**
   * Sets the tags or the metadata of a file. If `tags` or `metadata` is missing, the stored value stays. Calls `may` with "add". Throws
   * `attachment_not_found` or `access_denied`.
   *
   * @example
   * ```ts
   * await files.annotate(user, fileId, { tags: ["signed"], metadata: { year: 2026 } });
   * ```
   */
  annotate(fileId: string, annotations: AnnotationsInput): Promise<ItemFile>;
  /**
   * Lists the first files of up to 200 items with one query, as `list` does, in the order of the items. Calls `mayMany` with "read". An
   * item that the user may not read has the `code` `access_denied`. Throws `not_found`.
   *
   * @example
   * ```ts
   * const lists = await files.listMany(user, invoices.map(({ id }) => ({ resource: "invoice", itemId: id })));
   * ```
   */
  listMany(items: readonly ItemName[], options?: FirstFilesOptions): Promise<FilesOfItem[]>;
  /** Counts the files of up to 200 items with one query, in the order of the items. Calls `mayMany` with "read". Throws `not_found`. */
  counts(items: readonly ItemName[]): Promise<CountsOfItem[]>;
  /**
   * Issues a URL of a file. Calls `may` with "read". The audit log records the URL. Throws `attachment_not_found`, `access_denied`,
   * `attachment_not_ready`, `expires_in_out_of_range`, `preview_not_found` or `rate_limited`.
   */
  issueUrl(fileId: string, options?: UrlOptions): Promise<FileUrl>;
  /**
   * Issues the URLs of up to 1,000 files, in the order of the ids. The URLs live as long as the resource permits. Calls `mayMany` with
   * "read". The result of a refused file has a `code`. Throws `rate_limited`.
   */
  issueUrls(
    fileIds: readonly string[],
    options?: Pick<UrlOptions, "preview"> & {
      purpose?: "download" | "view" | "thumbnail" | "zip" | "renewal" | undefined;
    },
  ): Promise<FileUrlAnswer[]>;
  /**
   * Renames a ready file. Calls `may` with "add" and with "remove". Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`,
   * or `invalid_filename`, also if the new extension contradicts the content.
   */
  rename(fileId: string, filename: string): Promise<ItemFile>;
  /**
   * Copies a ready file to an item. The bucket copies the bytes. Calls `may` with "read" for the item of the file, and with "add" for the
   * target item. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `kind_not_accepted`, `file_too_large`,
   * `file_refused`, `quota_exceeded`, `object_not_found`, `rate_limited` or `not_found`.
   */
  copy(fileId: string, to: ItemName): Promise<ItemFile>;
  /**
   * Moves a ready file to an item. The file gets a new id, unless both items belong to one tenant. If the file is already in this item,
   * changes nothing. Calls `may` with "read" and "remove" for the item of the file, and with "add" for the target item. Throws the errors
   * of `copy`, and `attachment_moved`.
   */
  move(fileId: string, to: ItemName): Promise<ItemFile>;
  /**
   * Removes a file and its stored bytes. With the option `trashDays`, the file first waits in the trash. Calls `may` with "remove". Throws
   * `attachment_not_found` or `access_denied`.
   */
  remove(fileId: string): Promise<void>;
  /**
   * Removes all files of an item, as `remove` does, and deletes the staged files of the item. Returns the number of removed files, without
   * the staged files. Calls `may` with "remove". Throws `access_denied`.
   */
  removeAll(item: ItemName): Promise<number>;
  /**
   * Restores a removed file from the trash. Calls `may` with "add" and with "remove". Throws `attachment_not_found` if the trash does not
   * contain the file, for example without the option `trashDays`. Throws `access_denied`.
   */
  restore(fileId: string): Promise<ItemFile>;
  /**
   * Lists the files of an item that `restore` can restore, the last removed file first. Calls `may` with "remove". Throws `access_denied`.
   */
  listRemoved(item: ItemName, page?: PageOptions): Promise<FilePage>;
  /**
   * Makes a file of an item from an object in the bucket. The key must start with a prefix of the option `adoptPrefixes`. Calls `may` with
   * "add". Throws `access_denied`, `invalid_request` (no prefix permits the key), `object_not_found`, `object_already_attached`,
   * `kind_not_accepted`, `file_too_large`, `file_refused`, `quota_exceeded` or `upload_rejected`.
   *
   * @example
   * ```ts
   * await files.asApplication.adopt({ resource: "invoice", itemId: "42" }, { key: "legacy/42.pdf" });
   * ```
   */
  adopt(item: ItemName, object: AdoptedObject): Promise<ItemFile>;
  /**
   * Adopts objects one after another, as `adopt` does. The result of a refused object has a `code`, and the call continues with the next
   * object. Throws `access_denied`.
   */
  adoptMany(item: ItemName, objects: readonly AdoptedObject[]): Promise<AdoptAnswer[]>;
  /**
   * Lists the events of an item, the newest event first. Calls `may` with "remove", because the events name other users. Throws
   * `access_denied` or `invalid_cursor`.
   */
  activity(item: ItemName, page?: PageOptions): Promise<{ events: ActivityEvent[]; nextCursor: string | undefined }>;
};

/** The calls of an embedding with the user as the first argument. */
export type CallsForUsers<AppUser extends User> = {
  [Call in keyof FileCalls]: (user: AppUser, ...args: Parameters<FileCalls[Call]>) => ReturnType<FileCalls[Call]>;
};
