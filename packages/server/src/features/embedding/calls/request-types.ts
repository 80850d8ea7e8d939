import type { FileVisitor } from "../../../platform/database/unions.ts";
import type { ItemFile, ItemName } from "../types.ts";
import type { ItemLink } from "./link-types.ts";

/** A named file that a file request asks for, such as a passport. Each slot gets one file. */
export type FileRequestSlot = {
  /** Range: 1 to 40 lower-case letters, digits and `-`. Each slot of a file request has another id. */
  id: string;
  /** The name that visitors see. Range: 1 to 100 characters. */
  name: string;
  /** The content types of this slot, in addition to `accept` of the file request. Range: 1 to 20 types. Default: no further rule. */
  accept?: readonly string[] | undefined;
  /** The maximum size of the file, in bytes. Range: from 1 to `maxBytesPerFile`. Default: `maxBytesPerFile`. */
  maxBytes?: number | undefined;
};

/** The settings of a new file request. */
export type NewFileRequest = {
  /** The deadline of the file request. Null: it works until somebody revokes it. Range: before the year 10000. Default: in 7 days. */
  expiresAt?: Date | null | undefined;
  /** The password of the file request. Range: 6 to 200 characters. Default: no password. */
  password?: string | undefined;
  /**
   * The maximum number of files that all visitors together may send. Range: 1 to 1,000, and at most the number of slots. Default: the
   * number of slots, or 10.
   */
  maxFiles?: number | undefined;
  /** The maximum size of one file, in bytes. Range: from 1 to `maxBytes` of the resource and `maxBytesTotal`. Default: `maxBytes`. */
  maxBytesPerFile?: number | undefined;
  /** The maximum size of all files together, in bytes. Range: from 1. Default: `maxFiles` files of `maxBytesPerFile`. */
  maxBytesTotal?: number | undefined;
  /**
   * The content types that the file request accepts, such as `application/pdf` and `image/*`. The resource must accept at least one of
   * these types. Range: 1 to 20 types. Default: `accept` of the resource.
   */
  accept?: readonly string[] | undefined;
  /** The named files that the file request asks for. Each file fills one slot. Range: up to 50 slots. Default: no slots. */
  slots?: readonly FileRequestSlot[] | undefined;
  /**
   * Whether a verified file has the state `quarantined` until somebody accepts the file with `reviewFile`. Nobody gets a URL of a
   * quarantined file, and no list except `listUnreviewed` contains it. Default: false.
   */
  review?: boolean | undefined;
  /** Whether visitors state their name. Valet Key does not check the name. Range: `no`, `optional`, `required`. Default: `optional`. */
  askName?: "no" | "optional" | "required" | undefined;
  /** A title that visitors see. Range: up to 200 characters. Default: no title. */
  label?: string | undefined;
  /** A text that visitors see. Range: up to 2,000 characters. Default: no text. */
  message?: string | undefined;
};

/** A link with which people without an account send files to one item. */
export type ItemFileRequest = Omit<ItemLink, "fileIds" | "maxDownloads" | "showPreviews" | "downloads" | "state"> &
  Pick<Required<NewFileRequest>, "accept"> & {
    maxFiles: number;
    maxBytesPerFile: number;
    maxBytesTotal: number;
    askName: "no" | "optional" | "required";
    review: boolean;
    /** `isFilled`: whether the slot has a file, or gets one now. */
    slots: readonly (FileRequestSlot & { isFilled: boolean })[];
    /** The number and size of the files that visitors have sent completely, without rejected and deleted files. */
    received: { files: number; bytes: number };
    /**
     * Visitors can send files only to a `live` file request. A file request is `used_up` if it has received all its files. A file request
     * is `orphaned` if its creator may not request files now.
     */
    state: ItemLink["state"];
  };

/** A file of a visitor that waits for a review. */
export type UnreviewedFile = ItemFile & { visitor: FileVisitor };

export type FileRequestCalls = {
  /**
   * Makes a file request: a link with which people without an account send files to an item. Calls `may` with "add", and `mayRequest`.
   * Valet Key calls both functions again at each request of a visitor. Throws `links_disabled` (without the option `links`), `access_denied`,
   * `invalid_request`, `rate_limited`, `too_many_links` or `not_found`. Throws TypeError for wrong settings of the file request.
   *
   * @example
   * ```ts
   * const { url } = await files.createFileRequest(user, { resource: "invoice", itemId: "42" }, { maxFiles: 3 });
   * ```
   */
  createFileRequest(item: ItemName, request?: NewFileRequest): Promise<ItemFileRequest>;
  /**
   * Lists the file requests of an item, the newest file request first. The list includes expired and revoked file requests. `limit`: 1 to
   * 200. Default: 50. Calls `may` with "add", and `mayRequest`. Throws `links_disabled`, `access_denied`, `invalid_cursor` or `not_found`.
   * Throws TypeError or RangeError for a wrong `limit` or `cursor`.
   */
  listFileRequests(
    item: ItemName,
    page?: { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<{ fileRequests: ItemFileRequest[]; nextCursor: string | undefined }>;
  /**
   * Revokes a file request at once, even a file request of another user. After that, no upload to the file request can complete, and Valet
   * Key rejects a file whose verification still runs. Calls `may` with "add", and `mayRequest`. Throws `links_disabled`, `link_not_found`
   * or `access_denied`.
   */
  revokeFileRequest(fileRequestId: string): Promise<void>;
  /**
   * Lists the files of an item that wait for a review, the oldest file first. `limit`: 1 to 200. Default: 50. Calls `may` with "add", and
   * `mayRequest`. Throws `links_disabled`, `access_denied`, `invalid_cursor` or `not_found`. Throws TypeError or RangeError for a wrong
   * `limit` or `cursor`.
   */
  listUnreviewed(
    item: ItemName,
    page?: { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<{ files: UnreviewedFile[]; nextCursor: string | undefined }>;
  /**
   * Accepts or rejects a file of a visitor that waits for a review. An accepted file is `ready`. Valet Key deletes the bytes of a rejected
   * file. Calls `may` with "add", and `mayRequest`. Throws `links_disabled`, `attachment_not_found`, `access_denied`, or
   * `attachment_not_ready` for a file that waits for no review.
   *
   * @example
   * ```ts
   * const { files: waiting } = await files.listUnreviewed(user, { resource: "invoice", itemId: "42" });
   * for (const { id } of waiting) await files.reviewFile(user, id, "accept");
   * ```
   */
  reviewFile(fileId: string, decision: "accept" | "reject"): Promise<ItemFile>;
};
