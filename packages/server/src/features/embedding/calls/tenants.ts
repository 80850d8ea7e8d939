import { ownerOfTenant } from "../../access/caller.ts";
import { tenantQueries } from "../../attachments/tenant-queries.ts";
import { usageQueries } from "../../usage/queries.ts";
import { APPLICATION, callerOf, presentFile } from "../items.ts";
import { isTenant, TENANTS } from "../places.ts";
import type { CallContext } from "./context.ts";
import { pageOf } from "./read.ts";
import type { TenantCalls } from "./tenant-types.ts";

export function tenantCalls({ deps: { db }, useCases }: CallContext): TenantCalls {
  return {
    async listTenant(tenant, options) {
      const { items, nextCursor } = await tenantQueries(db).page(
        ownerOf(tenant),
        pageOf(options, { call: "listTenant" }),
      );
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
