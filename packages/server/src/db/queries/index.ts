import { CompiledQuery, type Kysely } from "kysely";
import type { Clock, Queries } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import type { Search } from "../search.ts";
import { type AccessStatements, accessQueries } from "./access.ts";
import { apiTokenQueries } from "./api-tokens.ts";
import { applicationQueries } from "./application.ts";
import { attachmentQueries } from "./attachments.ts";
import { auditQueries, type FindUnfiledEvents } from "./audit.ts";
import { bucketCapabilityQueries } from "./bucket-capabilities.ts";
import { credentialQueries } from "./credentials.ts";
import { disabledUserQueries } from "./disabled-users.ts";
import { fileEventQueries } from "./file-events.ts";
import { identityQueries } from "./identities.ts";
import { inventoryQueries } from "./inventory.ts";
import { itemQueries } from "./items.ts";
import { limitCountQueries } from "./limit-counts.ts";
import { linkVisitQueries } from "./link-visits.ts";
import { linkQueries } from "./links.ts";
import { noteQueries } from "./notes.ts";
import { objectDeletionQueries } from "./object-deletions.ts";
import { peopleQueries } from "./people.ts";
import { queueQueries } from "./queues.ts";
import { shareQueries } from "./shares.ts";
import { uploadQueries } from "./uploads.ts";
import { usageQueries } from "./usage.ts";
import { verificationQueries } from "./verifications.ts";
import { visitorFileQueries } from "./visitor-files.ts";

export type QueryContext = {
  engine: Engine;
  clock: Clock;
  accessStatements: AccessStatements;
  /** Undefined: the engine files URL events at once. */
  unfiledEvents?: FindUnfiledEvents;
  search: Search;
};

/** All queries on one connection, pool or transaction. */
export function buildQueries(db: Kysely<Tables>, context: QueryContext): Queries {
  const { engine, clock, accessStatements, unfiledEvents, search } = context;
  return {
    access: accessQueries(accessStatements, {
      run: async (statement, parameters) =>
        (await db.executeQuery<object>(CompiledQuery.raw(statement.sql, parameters))).rows.map(Object.values),
      engine,
      clock,
    }),
    notes: noteQueries(db, { engine, search: db.isTransaction ? undefined : search }),
    attachments: attachmentQueries(db, engine),
    uploads: uploadQueries(db, engine),
    shares: shareQueries(db),
    people: peopleQueries(db, engine),
    identities: identityQueries(db, engine),
    disabledUsers: disabledUserQueries(db),
    apiTokens: apiTokenQueries(db),
    credentials: credentialQueries(db, engine),
    objectDeletions: objectDeletionQueries(db, engine),
    verifications: verificationQueries(db),
    bucketCapabilities: bucketCapabilityQueries(db),
    usage: usageQueries(db),
    queues: queueQueries(db),
    inventory: inventoryQueries(db, engine),
    limitCounts: limitCountQueries(db),
    links: linkQueries(db, { clock }),
    visitorFiles: visitorFileQueries(db, engine),
    linkVisits: linkVisitQueries(db),
    items: itemQueries(db, engine),
    fileEvents: fileEventQueries(db, engine),
    application: applicationQueries(db),
    audit: auditQueries(db, { engine, unfiledEvents }),
  };
}
