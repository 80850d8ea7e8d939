import { createValetKey } from "../../../index.ts";
import { optionsAt } from "./place.ts";

// Removes a tenant. Prints a line when the first files are removed, and continues the removal.
// Usage: node remove-tenant-until-killed.child.ts <place as JSON, with the member tenant>
const { tenant, ...place } = JSON.parse(process.argv[2] ?? "");
const files = await createValetKey(optionsAt(place, { background: false }));
const { files: before } = await files.asApplication.tenantUsage(tenant);
const removing = files.asApplication.removeTenant(tenant);
while ((await files.asApplication.tenantUsage(tenant)).files === before) await new Promise(setImmediate);
process.stdout.write("removing\n");
await removing;
setInterval(() => undefined, 60_000);
