import type { ItemName } from "../types.ts";

/** The settings of a new link. */
export type NewLink = {
  /**
   * The ids of ready files of the item. Range: 1 to 100 ids. Default: the first 1,000 ready files of the item, also files that are added
   * later.
   */
  fileIds?: readonly string[] | undefined;
  /** The expiry of the link. Null: the link works until it is revoked. Range: before the year 10000. Default: in 7 days. */
  expiresAt?: Date | null | undefined;
  /** The password of the link. Range: 6 to 200 characters. Default: no password. */
  password?: string | undefined;
  /**
   * The number of downloads. All URLs that one visitor gets within 15 minutes count as one download. Range: 1 to 1,000,000. Default: no
   * limit.
   */
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

/** A link that gives people without an account URLs of files of one item. */
export type ItemLink = ItemName & {
  id: string;
  /** The URL for visitors. Everybody with the URL can open the link. */
  url: string;
  /** The secret part of the URL, for `openLink` of `@valetkey/client`. */
  token: string;
  /** Undefined: the link opens all ready files of the item. A removed file leaves the list, also if somebody restores the file. */
  fileIds: readonly string[] | undefined;
  label: string;
  message: string;
  /** Undefined: the link works until it is revoked. */
  expiresAt: Date | undefined;
  hasPassword: boolean;
  maxDownloads: number | undefined;
  showPreviews: boolean;
  /** The number of counted downloads. */
  downloads: number;
  /** The number of visitors who opened the link. */
  visitors: number;
  /**
   * Visitors can open a `live` link. An `orphaned` link has lost all its files, or its creator may not share the item now. The link is live
   * again if the application permits the creator again.
   */
  state: "live" | "used_up" | "expired" | "revoked" | "orphaned";
  /** The id of the user who made the link. Empty if the application made the link with `asApplication`. */
  createdBy: string;
  createdAt: Date;
};

export type LinkCalls = {
  /**
   * Makes a link that opens files of an item for people without an account. Asks `may` for "read", and `mayShare`. Valet Key asks both
   * again at each request of a visitor. Throws `links_disabled` (without the option `links`), `access_denied`, `attachment_not_found`,
   * `attachment_not_ready`, `invalid_request`, `rate_limited`, `too_many_links` or `not_found`. Throws TypeError or RangeError for wrong
   * settings.
   *
   * @example
   * ```ts
   * const { url } = await files.createLink(user, { resource: "invoice", itemId: "42" }, { password, maxDownloads: 3 });
   * ```
   */
  createLink(item: ItemName, link?: NewLink): Promise<ItemLink>;
  /**
   * Lists the links of an item, the newest link first, with links that have ended. `limit`: 1 to 200. Default: 50. Asks `may` for "read",
   * and `mayShare`. Throws `links_disabled`, `access_denied`, `invalid_cursor` or `not_found`. Throws TypeError or RangeError for a wrong
   * page.
   */
  listLinks(
    item: ItemName,
    page?: { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<{ links: ItemLink[]; nextCursor: string | undefined }>;
  /**
   * Revokes a link of any user at once. URLs that visitors already have work until `urlsExpireAt`, which is undefined if no URL works. Asks
   * `may` for "read", and `mayShare`. Throws `links_disabled`, `link_not_found` or `access_denied`.
   */
  revokeLink(linkId: string): Promise<{ urlsExpireAt: Date | undefined }>;
};
