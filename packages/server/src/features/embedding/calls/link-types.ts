import type { ItemName } from "../types.ts";

/** The settings of a new link. */
export type NewLink = {
  /**
   * The ids of ready files of the item. Range: 1 to 100 ids. Default: the first 1,000 ready files, including files that are added later.
   */
  fileIds?: readonly string[] | undefined;
  /** The expiry of the link. Null: the link works until somebody revokes the link. Range: before the year 10000. Default: in 7 days. */
  expiresAt?: Date | null | undefined;
  /** The password of the link. Range: 6 to 200 characters. Default: no password. */
  password?: string | undefined;
  /** The maximum number of downloads. All URLs for one visitor within 15 minutes are one download. Range: 1 to 1,000,000. Default: none. */
  maxDownloads?: number | undefined;
  /** A title that visitors see. Range: up to 200 characters. Default: no title. */
  label?: string | undefined;
  /** A text that visitors see. Range: up to 2,000 characters. Default: no text. */
  message?: string | undefined;
  /**
   * Whether visitors see small previews before a download. A preview does not count as a download. Default: true for a link without
   * `password` and `maxDownloads`.
   */
  showPreviews?: boolean | undefined;
};

/** A link that opens files of one item for people without an account. */
export type ItemLink = ItemName & {
  id: string;
  /** The URL for visitors. Everybody with the URL can open the link. */
  url: string;
  /** The secret part of the URL, for `openLink` of `@valetkey/client`. */
  token: string;
  /**
   * The files that the link opens. A removed file leaves this list permanently, even if somebody restores the file. Undefined: the link
   * opens all ready files of the item.
   */
  fileIds: readonly string[] | undefined;
  label: string;
  message: string;
  /** Undefined: the link works until somebody revokes the link. */
  expiresAt: Date | undefined;
  hasPassword: boolean;
  maxDownloads: number | undefined;
  showPreviews: boolean;
  /** The number of downloads that `maxDownloads` limits. */
  downloads: number;
  /** The number of visitors who opened the link. */
  visitors: number;
  /**
   * Visitors can open a `live` link. A link is `orphaned` if all its files are removed, or if its creator may not share the item now.
   * If the application permits the creator again, the link is live again.
   */
  state: "live" | "used_up" | "expired" | "revoked" | "orphaned";
  /** The id of the user who made the link. Empty if the application made the link with `asApplication`. */
  createdBy: string;
  createdAt: Date;
};

export type LinkCalls = {
  /**
   * Makes a link that opens files of an item for people without an account. Calls `may` with "read", and `mayShare`. Valet Key calls both
   * functions again at each request of a visitor. Throws `links_disabled` (without the option `links`), `access_denied`, `attachment_not_found`,
   * `attachment_not_ready`, `invalid_request`, `rate_limited`, `too_many_links` or `not_found`. Throws TypeError or RangeError for wrong
   * settings of the link.
   *
   * @example
   * ```ts
   * const { url } = await files.createLink(user, { resource: "invoice", itemId: "42" }, { password, maxDownloads: 3 });
   * ```
   */
  createLink(item: ItemName, link?: NewLink): Promise<ItemLink>;
  /**
   * Lists the links of an item, the newest link first. The list includes expired and revoked links. `limit`: 1 to 200. Default: 50. Calls
   * `may` with "read", and `mayShare`. Throws `links_disabled`, `access_denied`, `invalid_cursor` or `not_found`. Throws TypeError or
   * RangeError for a wrong `limit` or `cursor`.
   */
  listLinks(
    item: ItemName,
    page?: { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<{ links: ItemLink[]; nextCursor: string | undefined }>;
  /**
   * Revokes a link at once, even a link of another user. URLs that visitors already have work until `urlsExpireAt`. `urlsExpireAt` is
   * undefined if no such URL works. Calls `may` with "read", and `mayShare`. Throws `links_disabled`, `link_not_found` or `access_denied`.
   */
  revokeLink(linkId: string): Promise<{ urlsExpireAt: Date | undefined }>;
};
