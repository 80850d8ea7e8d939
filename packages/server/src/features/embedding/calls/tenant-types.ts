import type { FilePage, PageOptions } from "./types.ts";

/** The calls about a tenant, which only `asApplication` has. These calls do not call `may`. */
export type TenantCalls = {
  /**
   * Lists the files of all items of a tenant, the oldest file first. Hides the unfinished files of visitors, as `list` does. Does not call
   * `may`. Throws `invalid_cursor`, and TypeError for a wrong name of the tenant.
   *
   * @example
   * ```ts
   * const { files: ofAcme, nextCursor } = await files.asApplication.listTenant("acme", { limit: 100 });
   * ```
   */
  listTenant(tenant: string, options?: PageOptions): Promise<FilePage>;
  /**
   * Returns the number of files of a tenant, and their total size in bytes. `tenantQuotaBytes` limits this size. The numbers include
   * uploads in progress, staged files and files in the trash, but no adopted objects that Valet Key did not copy. Reads one row of the
   * database. Does not call `may`. Throws TypeError for a wrong name of the tenant.
   */
  tenantUsage(tenant: string): Promise<{ files: number; bytes: number }>;
  /**
   * Removes all files of a tenant permanently, including uploads in progress, staged files, and files in the trash. Calls that add files
   * during the removal fail with `quota_exceeded`, unless a later upload of the tenant starts before these calls end, and
   * `tenantQuotaBytes` permits that upload. So first return 0 from `tenantQuotaBytes`. Links and file requests of the tenant stay. Removes
   * 100 files in each transaction, so repeat the call after a crash. Returns the number of files that this call removed. Does not call
   * `may`. Throws TypeError for a wrong name of the tenant.
   *
   * @example
   * ```ts
   * await files.asApplication.removeTenant("acme");
   * ```
   */
  removeTenant(tenant: string): Promise<number>;
};
