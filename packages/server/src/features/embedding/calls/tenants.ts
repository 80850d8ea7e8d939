import { ownerOfTenant } from "../../access/caller.ts";
import { tenantQueries } from "../../attachments/tenant-queries.ts";
import { usageQueries } from "../../usage/queries.ts";
import { APPLICATION, callerOf, presentFile } from "../items.ts";
import { isTenant, TENANTS } from "../places.ts";
import type { CallContext } from "./context.ts";
import { pageOf } from "./read.ts";
import type { FilePage, PageOptions } from "./types.ts";

/** The calls about a tenant, which only the application itself has. They do not ask `may`. */
export type TenantCalls = {
  /**
   * Lists the files of all items of a tenant, oldest first. Asks no `may`. Throws `invalid_cursor`, and TypeError for a wrong name.
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
   * Removes all files of a tenant permanently, also uploads in progress, staged files, and files in the trash. An upload that starts during
   * the call keeps its file. Removes 100 files in each transaction, so call it again after a crash. Returns the number of files that this
   * call removed. Asks no `may`. Throws TypeError for a wrong name.
   *
   * @example
   * ```ts
   * await files.asApplication.removeTenant("acme");
   * ```
   */
  removeTenant(tenant: string): Promise<number>;
};

/** Creates the calls about tenants. */
export function tenantCalls({ deps: { db }, useCases }: CallContext): TenantCalls {
  return {
    async listTenant(tenant, options) {
      const { items, nextCursor } = await tenantQueries(db).page(ownerOf(tenant), pageOf(options));
      return { files: items.map(({ file, item }) => presentFile(file, item)), nextCursor };
    },

    async tenantUsage(tenant) {
      const { files, bytes } = await usageQueries(db).find(ownerOf(tenant));
      return { files, bytes };
    },

    async removeTenant(tenant) {
      return useCases.deleteFilesOfTenant(callerOf(APPLICATION), ownerOf(tenant));
    },
  };
}

function ownerOf(tenant: string): string {
  if (isTenant(tenant)) return ownerOfTenant(tenant);
  throw new TypeError(`tenant must be a text of ${TENANTS}, as place() returned it.`);
}
