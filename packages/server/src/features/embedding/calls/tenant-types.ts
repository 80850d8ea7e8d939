import type { FilePage, PageOptions } from "./types.ts";

/** The calls about a tenant, which only the application itself has. They do not ask `may`. */
export type TenantCalls = {
  /**
   * Lists the files of all items of a tenant, oldest first. Hides the unfinished files of visitors, as `list` does. Asks no `may`. Throws
   * `invalid_cursor`, and TypeError for a wrong name.
   *
   * @example
   * ```ts
   * const { files: ofAcme, nextCursor } = await files.asApplication.listTenant("acme", { limit: 100 });
   * ```
   */
  listTenant(tenant: string, options?: PageOptions): Promise<FilePage>;
  /**
   * Returns the number of files of a tenant, and their size in bytes, as `tenantQuotaBytes` counts them: with uploads in progress, staged
   * files and files in the trash, and without adopted objects that were not copied. Reads one row. Asks no `may`. Throws TypeError for a
   * wrong name.
   */
  tenantUsage(tenant: string): Promise<{ files: number; bytes: number }>;
  /**
   * Removes all files of a tenant permanently, also uploads in progress, staged files, and files in the trash. Calls that are adding
   * files fail with `quota_exceeded`, unless a later upload of the tenant starts before they end and `tenantQuotaBytes` permits it. So first
   * return 0 from `tenantQuotaBytes`. Links and file requests stay. Removes 100 files in each transaction, so call it again after a crash.
   * Returns the number of files that this call removed. Asks no `may`. Throws TypeError for a wrong name.
   *
   * @example
   * ```ts
   * await files.asApplication.removeTenant("acme");
   * ```
   */
  removeTenant(tenant: string): Promise<number>;
};
