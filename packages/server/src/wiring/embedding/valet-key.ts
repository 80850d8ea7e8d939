import type { Doors } from "../../features/embedding/http/doors.ts";
import type { ItemFile, User } from "../../features/embedding/types.ts";

/** A URL of a file, and the expiry of the URL. */
export type FileUrl = { url: string; expiresAt: Date };

/** An embedding of Valet Key in an application. */
export type ValetKey<AppUser extends User = User> = Doors & {
  /**
   * Issues a URL of a file for a user, if the application's `may` function permits "read". `expiresInSeconds`: 1 to the `urlTtlSeconds` of
   * the resource. Default: that maximum. The default `disposition` is `attachment`. Throws an error with the `code` `attachment_not_found`,
   * `access_denied`, `attachment_not_ready`, `expires_in_out_of_range` or `rate_limited`.
   */
  issueUrl(
    user: AppUser,
    fileId: string,
    options?: { expiresInSeconds?: number; disposition?: "attachment" | "inline" },
  ): Promise<FileUrl>;
  /**
   * Lists the files of an item, oldest first. Does not call `may`, so the application must check access itself. `limit`: 1 to 200, default
   * 50. `cursor`: the `nextCursor` of the previous page. Throws an error with the `code` `not_found` or `invalid_cursor`. Throws RangeError
   * for a wrong `limit`.
   */
  list(
    resource: string,
    itemId: string,
    page?: { limit?: number; cursor?: string },
  ): Promise<{ files: ItemFile[]; nextCursor: string | undefined }>;
  /**
   * Removes a file and its stored bytes. Does not call `may`, so the application must check access itself. Throws `attachment_not_found`.
   */
  remove(fileId: string): Promise<void>;
  /**
   * Runs all verifications, hooks and deletions that are due now, and then stops. Call it on hosts where a process ends after each request.
   * Rejects if the database or the bucket can't be reached. A later call then does the remaining work.
   */
  tick(): Promise<void>;
  /** Finishes the work in progress, and closes the database. */
  close(): Promise<void>;
};
