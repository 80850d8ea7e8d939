import type { AnnotationsFilter, AnnotationsInput } from "../../attachments/annotations.ts";
import type { ItemCounts, ItemFile, ItemName, User } from "../types.ts";
import type { LinkCalls } from "./link-types.ts";
import type { FileRequestCalls } from "./request-types.ts";

/**
 * The bytes of a file: bytes in memory, a `Blob` or `File`, a web stream, a Node.js stream, or `{ file: path }` for a file on the disk of
 * this server. A text is refused, because a text could be a path or the content. Use `Buffer.from(text)` for a content.
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
  /** The name that people see. Range: 1 to 255 characters. Default: the name of a `File`, or of the file on the disk. */
  filename?: string | undefined;
  /** The media type. Default: the type of a `Blob`, or the usual type for the extension of the filename, or `application/octet-stream`. */
  contentType?: string | undefined;
  /** The folder of the file, such as "photos/2024/". Default: no folder. */
  path?: string | undefined;
  /** The exact length in bytes. Valet Key refuses a longer or shorter body. Range: from 0. Default: the length of the body. */
  sizeBytes?: number | undefined;
  /** The SHA-256 in base64. Valet Key refuses a body with another SHA-256. Default: no check. */
  sha256?: string | undefined;
} & AnnotationsInput;

/**
 * A staged file: verified bytes that no user can see. The value has no function, so it can be stored as JSON. The member `id` is the id of
 * the later file.
 */
export type StagedFile = Pick<
  ItemFile,
  "id" | "resource" | "itemId" | "filename" | "path" | "contentType" | "sizeBytes" | "sha256"
> & {
  /** The instant of the deletion of the bytes, a day after the call of `stage`. */
  expiresAt: Date;
};

/** A staged file, or its id. With `resource` and `itemId`, the file must belong to this item. */
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
 * The calls in a transaction of the application, and the call after such a transaction. No call asks `may`: the access is decided by `stage`
 * and by the transaction itself. On PostgreSQL only, except `attachStaged` without `tx`.
 */
export type TransactionCalls = {
  /**
   * Attaches a staged file in a transaction of the application. After a commit, the file exists. After a rollback, the file is still staged.
   * Throws `attachment_not_found` (also after a day), `object_already_attached`, `invalid_request` (another database, which aborts `tx`), and
   * the errors of the database. Throws TypeError if `tx` is no open transaction.
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
   * also after a day, and after the removal of the file.
   */
  attachStaged(staged: StagedRef): Promise<ItemFile>;
  /**
   * Removes a file in a transaction of the application, as `remove` does. `user`: the activity of the item names this user. Default: the
   * application. Throws `attachment_not_found`, `invalid_request` (another database, which aborts `tx`), and the errors of the database.
   * Throws TypeError if `tx` is no open transaction.
   */
  removeIn(tx: ApplicationTransaction, fileId: string, user?: User): Promise<void>;
};

/** An object of the bucket that becomes a file. */
export type AdoptedObject = {
  /** The whole key of the object in the bucket, below a prefix of the option `adoptPrefixes`. */
  key: string;
  /** The name that people see. Default: the last part of the key. */
  filename?: string | undefined;
  /** The media type. Default: the content type that the bucket stores for the object. */
  contentType?: string | undefined;
  /**
   * Whether Valet Key copies the object to a key of its own. Only a copy counts in `itemQuotaBytes`, and `remove` deletes only a copy.
   * Without `copy`, the object stays in the bucket after `remove`. Default: false.
   */
  copy?: boolean | undefined;
};

/** A page of a list. */
export type PageOptions = {
  /** The number of entries of a page. Range: 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** The `nextCursor` of the previous page. Default: the first page. */
  cursor?: string | undefined;
};

/** The options of `listMany`. */
export type FirstFilesOptions = {
  /** The number of files of each item. Range: 1 to 200. Default: 50. */
  limit?: number | undefined;
};

/** The member `nextCursor` is undefined on the last page. */
export type FilePage = { files: ItemFile[]; nextCursor: string | undefined };

/** The member `code` is undefined if the call permits the item. Otherwise `code` is `access_denied`, and the other members are empty. */
export type FilesOfItem = ItemName & FilePage & { code: "access_denied" | undefined };

/**
 * The files of an item. `files`: the number of files, with uploads in progress and without rejected files. `bytes`: their size. `ready`: the
 * number of files that users can download. The member `code` is `access_denied` if the user may not read the item. All numbers are 0 then.
 */
export type CountsOfItem = ItemName & ItemCounts & { ready: number; code: "access_denied" | undefined };

/** The options of a URL. */
export type UrlOptions = {
  /** The lifetime of the URL in seconds. Range: 1 to the `urlTtlSeconds` of the resource. Default: the maximum. */
  expiresIn?: number | undefined;
  /** Whether the browser saves or shows the file. Default: `attachment`. */
  disposition?: "attachment" | "inline" | undefined;
  /** A small picture of the file, which is always inline. Default: the file itself. */
  preview?: "small" | "large" | undefined;
};

/** A URL of a file, and the expiry of the URL. */
export type FileUrl = { url: string; expiresAt: Date };

/** The URL of one file of a batch, or the `code` of its refusal, such as `attachment_not_found`. */
export type FileUrlAnswer = { fileId: string } & ((FileUrl & { code: undefined }) | { url: undefined; code: string });

/** The adopted file of one object, or the refusal of the object. */
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
  /** The id of the user. Empty for a call of `asApplication`. */
  userId: string;
  /** The first files of the event. A batch of URLs is one event. */
  files: { id: string; filename: string }[];
  /** Facts about the event, such as `purpose` and `expiresInSeconds` of a URL. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};

type VisitorCalls = LinkCalls & FileRequestCalls;

/** The calls for the server of an application. Each error has a `code`, and its HTTP status as `status` and `statusCode`. */
export type FileCalls = VisitorCalls & {
  /**
   * Adds a file to an item. Makes the same checks as for an upload from a browser. The file is `ready`, or `scanning` if there is a virus
   * scanner. Asks `may` for "add", before the first byte and after the last byte.
   * Throws an error with the `code` `access_denied`, `kind_not_accepted`, `file_too_large`, `file_refused`, `quota_exceeded`,
   * `invalid_filename`, `invalid_path`, `upload_rejected`, `upload_aborted` (the body failed), `request_timeout` (no byte for 30 seconds),
   * `rate_limited`, `service_busy` or `not_found`.
   *
   * @example
   * ```ts
   * await files.attach(user, { resource: "invoice", itemId: "42" }, { filename: "invoice.pdf", body: await renderPdf() });
   * ```
   */
  attach(item: ItemName, file: NewFile): Promise<ItemFile>;
  /**
   * Stores and verifies the bytes of a file that nobody can see before `attachStaged`. The staged file counts in `itemQuotaBytes`. Valet Key
   * deletes the file after a day. Makes the checks of `attach`, asks `may` for "add", and throws the errors of `attach`.
   *
   * @example
   * ```ts
   * const staged = await files.stage(user, { resource: "invoice", itemId: "42" }, { filename: "invoice.pdf", body });
   * ```
   */
  stage(item: ItemName, file: NewFile): Promise<StagedFile>;
  /** Returns a file. Asks `may` for "read". Throws `attachment_not_found` or `access_denied`. */
  get(fileId: string): Promise<ItemFile>;
  /**
   * Lists the files of an item, oldest first, also uploads in progress and rejected files: see `state`. A rejected file stays until `remove`.
   * With `tag` or `metadata`, lists only the files that have all these facts. Asks `may` for "read". Throws `not_found`, `access_denied` or
   * `invalid_cursor`.
   */
  list(item: ItemName, options?: PageOptions & AnnotationsFilter): Promise<FilePage>;
  /**
   * Lists the files of all items of a resource that have a tag or members of the metadata, oldest first. Asks `mayMany` for "read", and
   * skips the files of refused items. If the user may read few of many files, a page can have fewer files than `limit`, or none, although
   * `nextCursor` names a further page. Throws `not_found` or `invalid_cursor`.
   *
   * @example
   * ```ts
   * const { files: signed } = await files.asApplication.find("invoice", { tag: "signed", metadata: { year: 2026 } });
   * ```
   */
  find(resource: string, options: PageOptions & AnnotationsFilter): Promise<FilePage>;
  /**
   * Sets the tags or the metadata of a file. A missing member keeps its stored value. Asks `may` for "add". Throws `attachment_not_found` or
   * `access_denied`.
   *
   * @example
   * ```ts
   * await files.annotate(user, fileId, { tags: ["signed"], metadata: { year: 2026 } });
   * ```
   */
  annotate(fileId: string, annotations: AnnotationsInput): Promise<ItemFile>;
  /**
   * Lists the first files of up to 200 items, as `list` does, in the order of the items, with one query. Asks `mayMany` for "read". An
   * item without permission has the `code` `access_denied`. Throws `not_found`.
   *
   * @example
   * ```ts
   * const lists = await files.listMany(user, invoices.map(({ id }) => ({ resource: "invoice", itemId: id })));
   * ```
   */
  listMany(items: readonly ItemName[], options?: FirstFilesOptions): Promise<FilesOfItem[]>;
  /** Counts the files of up to 200 items, in the order of the items, with one query. Asks `mayMany` for "read". Throws `not_found`. */
  counts(items: readonly ItemName[]): Promise<CountsOfItem[]>;
  /**
   * Issues a URL of a file. Asks `may` for "read". The audit log records the URL. Throws `attachment_not_found`, `access_denied`,
   * `attachment_not_ready`, `expires_in_out_of_range`, `preview_not_found` or `rate_limited`.
   */
  issueUrl(fileId: string, options?: UrlOptions): Promise<FileUrl>;
  /**
   * Issues the URLs of up to 1,000 files, in the order of the ids. The URLs live as long as the resource permits. Asks `mayMany` for "read".
   * A refused file has a `code`. Throws `rate_limited`.
   */
  issueUrls(
    fileIds: readonly string[],
    options?: Pick<UrlOptions, "preview"> & {
      purpose?: "download" | "view" | "thumbnail" | "zip" | "renewal" | undefined;
    },
  ): Promise<FileUrlAnswer[]>;
  /**
   * Renames a ready file. Asks `may` for "add" and "remove". Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, or
   * `invalid_filename` also for an extension that contradicts the content.
   */
  rename(fileId: string, filename: string): Promise<ItemFile>;
  /**
   * Copies a ready file to an item. The bucket copies the bytes. Asks `may` for "read" on the file's item and for "add" on the other item.
   * Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `kind_not_accepted`, `file_too_large`, `file_refused`,
   * `quota_exceeded`, `object_not_found`, `rate_limited` or `not_found`.
   */
  copy(fileId: string, to: ItemName): Promise<ItemFile>;
  /**
   * Moves a ready file to an item. The file gets a new id, except between items of one tenant. If the file is on this item already, changes
   * nothing. Asks `may` for "read" and "remove" on the file's item, and for "add" on the other item. Throws the errors of `copy`, and
   * `attachment_moved`.
   */
  move(fileId: string, to: ItemName): Promise<ItemFile>;
  /**
   * Removes a file and its stored bytes. With the option `trashDays`, the file first waits in the trash. Asks `may` for "remove". Throws
   * `attachment_not_found` or `access_denied`.
   */
  remove(fileId: string): Promise<void>;
  /**
   * Removes all files of an item, as `remove` does, and deletes its staged files. Returns the number of removed files, without the staged
   * files. Asks `may` for "remove". Throws `access_denied`.
   */
  removeAll(item: ItemName): Promise<number>;
  /**
   * Restores a removed file from the trash. Asks `may` for "add" and "remove". Throws `attachment_not_found` if the trash has no such file,
   * for example without the option `trashDays`. Throws `access_denied`.
   */
  restore(fileId: string): Promise<ItemFile>;
  /** Lists the files of an item that `restore` can restore, the last removed file first. Asks `may` for "remove". Throws `access_denied`. */
  listRemoved(item: ItemName, page?: PageOptions): Promise<FilePage>;
  /**
   * Makes an object of the bucket a file of an item. The key must be below a prefix of the option `adoptPrefixes`. Asks `may` for "add".
   * Throws `access_denied`, `invalid_request` (a key outside of the prefixes), `object_not_found`, `object_already_attached`,
   * `kind_not_accepted`, `file_too_large`, `file_refused`, `quota_exceeded` or `upload_rejected`.
   *
   * @example
   * ```ts
   * await files.asApplication.adopt({ resource: "invoice", itemId: "42" }, { key: "legacy/42.pdf" });
   * ```
   */
  adopt(item: ItemName, object: AdoptedObject): Promise<ItemFile>;
  /** Adopts objects one after another, as `adopt` does. A refused object has a `code`, and does not stop the others. Throws `access_denied`. */
  adoptMany(item: ItemName, objects: readonly AdoptedObject[]): Promise<AdoptAnswer[]>;
  /**
   * Lists the events of an item, the newest event first. Asks `may` for "remove", because the events name other users. Throws
   * `access_denied` or `invalid_cursor`.
   */
  activity(item: ItemName, page?: PageOptions): Promise<{ events: ActivityEvent[]; nextCursor: string | undefined }>;
};

/** The calls with the user as the first argument. */
export type CallsForUsers<AppUser extends User> = {
  [Call in keyof FileCalls]: (user: AppUser, ...args: Parameters<FileCalls[Call]>) => ReturnType<FileCalls[Call]>;
};
