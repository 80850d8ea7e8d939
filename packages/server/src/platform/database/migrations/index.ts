import type { Migration } from "kysely/migration";
import type { DatabaseUser, EngineName } from "../engine.ts";
import { initialSchema } from "./0100-initial-schema.ts";
import { linkMails } from "./0101-link-mails.ts";
import { noteOrder } from "./0102-note-order.ts";
import { webhookFailures } from "./0103-webhook-failures.ts";
import { previews } from "./0104-previews.ts";
import { filePaths } from "./0105-file-paths.ts";
import { missingPreviews } from "./0106-missing-previews.ts";
import { bucketNumbers } from "./0107-bucket-numbers.ts";
import { auditPartitions } from "./0110-audit-partitions.ts";
import { bucketPlaces } from "./0111-bucket-places.ts";
import { fileAnnotations } from "./0112-file-annotations.ts";
import { tokenRequests } from "./0113-token-requests.ts";
import { triggerSchemas } from "./0115-trigger-schemas.ts";
import { tenants } from "./0117-tenants.ts";
import { tenantBuckets } from "./0120-tenant-buckets.ts";
import { embeddingTables } from "./0121-embedding-tables.ts";
import { rejections } from "./0122-rejections.ts";
import { tokenUses } from "./0123-token-uses.ts";

const FIRST = "0100-initial-schema";

/** Why version 0.1.0 and later versions refuse the data of a preview, and what helps. */
export const MADE_BY_PREVIEW =
  "was made by a preview of Valet Key before 0.1.0. The last commit that opens it is 87f7942b7703f68848b61bf5177dc625296e8546. Use that commit to download your files, and start this version with a new database and a new DATA_DIR.";

/** Whether a migration is from a preview before 0.1.0. */
export function isOfPreview(migration: string): boolean {
  return migration < FIRST;
}

/** `isNew`: the database has no tables yet. */
export type Target = { usedBy: DatabaseUser; isNew: boolean };

const NOTHING: Migration = { up: async () => undefined };

/**
 * Returns all migrations. Migrations run in the order of their names. A released migration must never be edited.
 * From 0121 on, the database of an embedding lacks the tables of the service. A migration of such a table must be NOTHING for an embedding:
 * `usedBy === "service" ? tokenLimits(engine) : NOTHING`.
 */
export function migrationsFor(
  engine: EngineName,
  { usedBy, isNew }: Target = { usedBy: "service", isNew: true },
): Record<string, Migration> {
  return {
    [FIRST]: initialSchema(engine),
    "0101-link-mails": linkMails(engine),
    "0102-note-order": noteOrder(engine),
    "0103-webhook-failures": webhookFailures(engine),
    "0104-previews": previews(engine),
    "0105-file-paths": filePaths(),
    "0106-missing-previews": missingPreviews(engine),
    "0107-bucket-numbers": bucketNumbers(engine),
    "0110-audit-partitions": auditPartitions(engine),
    "0111-bucket-places": bucketPlaces(engine),
    "0112-file-annotations": fileAnnotations(engine),
    "0113-token-requests": tokenRequests(engine),
    "0115-trigger-schemas": triggerSchemas(engine),
    "0117-tenants": tenants(engine),
    "0120-tenant-buckets": tenantBuckets(),
    // An existing database keeps its tables, because replicas of an older version may read them.
    "0121-embedding-tables": usedBy === "embedding" && isNew ? embeddingTables(engine) : NOTHING,
    "0122-rejections": rejections(),
    "0123-token-uses": usedBy === "service" ? tokenUses(engine) : NOTHING,
  };
}
