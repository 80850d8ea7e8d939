import type { Doors } from "../../http/embedded/doors.ts";
import type { ItemFile, User } from "../../usecases/embedding/types.ts";

/** A URL of a file, and the expiry of the URL. */
export type FileUrl = { url: string; expiresAt: Date };

/** An embedding of Valet Key in an application. */
export type ValetKey<AppUser extends User = User> = Doors & {
  /**
   * Issues a URL of a file for a user, after `may` has permitted "read". `expiresInSeconds`: 1 to `urlTtlSeconds` of the resource, which
   * is the default. `disposition` default: `attachment`. Throws an error with the `code` `attachment_not_found`, `access_denied`,
   * `attachment_not_ready`, `expires_in_out_of_range` or `rate_limited`.
   */
  issueUrl(
    user: AppUser,
    fileId: string,
    options?: { expiresInSeconds?: number; disposition?: "attachment" | "inline" },
  ): Promise<FileUrl>;
  /**
   * Lists the files of an item, oldest first. It does not call `may`. `limit`: 1 to 200, default 50. `cursor`: the `nextCursor` of the
   * previous page. Throws an error with the `code` `not_found` or `invalid_cursor`, and RangeError.
   */
  list(
    resource: string,
    itemId: string,
    page?: { limit?: number; cursor?: string },
  ): Promise<{ files: ItemFile[]; nextCursor: string | undefined }>;
  /** Removes a file and its stored bytes. It does not call `may`. Throws `attachment_not_found`. */
  remove(fileId: string): Promise<void>;
  /**
   * Runs all the work that is due, once: verifications, hooks and deletions. For hosts whose processes end after a request. Rejects if the
   * database or the bucket can't be reached. The work then stays due.
   */
  tick(): Promise<void>;
  /** Finishes the work in progress, and closes the database. */
  close(): Promise<void>;
};
