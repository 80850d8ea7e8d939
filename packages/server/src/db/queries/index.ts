import { CompiledQuery, type Kysely } from "kysely";
import type { Clock, Queries } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import type { Search } from "../search.ts";
import { type AccessStatements, accessQueries } from "./access.ts";
import { accessRequestQueries } from "./access-requests.ts";
import { accessSummaryQueries } from "./access-summaries.ts";
import { accountDeletionQueries } from "./account-deletions.ts";
import { accountInvitationQueries } from "./account-invitations.ts";
import { accountQueries } from "./accounts.ts";
import { administrationQueries } from "./administration.ts";
import { adoptionQueries } from "./adoptions.ts";
import { apiTokenQueries } from "./api-tokens.ts";
import { applicationQueries } from "./application.ts";
import { attachmentQueries } from "./attachments.ts";
import { auditQueries, type FindJournalEvents } from "./audit.ts";
import { bucketCapabilityQueries } from "./bucket-capabilities.ts";
import { changeQueries } from "./changes.ts";
import type { RunStatement } from "./compile-statement.ts";
import { credentialQueries } from "./credentials.ts";
import { disabledUserQueries } from "./disabled-users.ts";
import { fileEventQueries } from "./file-events.ts";
import { identityQueries } from "./identities.ts";
import { inventoryQueries } from "./inventory.ts";
import { invitationQueries } from "./invitations.ts";
import type { FindJournalUrls } from "./issued-urls.ts";
import { itemQueries } from "./items.ts";
import { limitCountQueries } from "./limit-counts.ts";
import { linkRecipientQueries } from "./link-recipients.ts";
import { linkVisitQueries } from "./link-visits.ts";
import { linkQueries } from "./links.ts";
import { findOneByOne, type LookupStatements, lookupsOn } from "./lookups.ts";
import { mailPreferenceQueries } from "./mail-preferences.ts";
import { mailQueries } from "./mails.ts";
import { noteQueries } from "./notes.ts";
import { objectDeletionQueries } from "./object-deletions.ts";
import { passkeyQueries } from "./passkeys.ts";
import { peopleQueries } from "./people.ts";
import { policyQueries } from "./policy.ts";
import { queueQueries } from "./queues.ts";
import { inOrder } from "./run-calls.ts";
import { searchIndexQueries } from "./search-index.ts";
import { secondFactorQueries } from "./second-factors.ts";
import { shareQueries } from "./shares.ts";
import { trashQueries } from "./trash.ts";
import { type UploadStatements, uploadQueries } from "./uploads.ts";
import { usageQueries } from "./usage.ts";
import { verificationQueries } from "./verifications.ts";
import { visitorFileQueries } from "./visitor-files.ts";
import { webhookQueries } from "./webhooks.ts";

export type QueryContext = {
  engine: Engine;
  clock: Clock;
  accessStatements: AccessStatements;
  lookupStatements: LookupStatements;
  uploadStatements: UploadStatements;
  /** Undefined: the engine has no journal, and writes URL events directly to the table. */
  journalEvents?: FindJournalEvents;
  journalUrls?: FindJournalUrls;
  search: Search;
};

/** Builds all queries on one connection, pool or transaction. */
export function buildQueries(db: Kysely<Tables>, context: QueryContext): Queries {
  const { engine, clock, accessStatements, lookupStatements, uploadStatements, search } = context;
  const { journalEvents, journalUrls } = context;
  const run: RunStatement = async ({ sql }, values) =>
    (await db.executeQuery<object>(CompiledQuery.raw(sql, values))).rows.map(Object.values);
  const lookups = lookupsOn(lookupStatements, findOneByOne({ run, clock }));
  return {
    access: accessQueries(accessStatements, { run, engine, clock }),
    callers: lookups,
    adoptions: adoptionQueries(db),
    searchIndex: searchIndexQueries(db, engine),
    notes: noteQueries(db, { engine, search: db.isTransaction ? undefined : search }),
    attachments: attachmentQueries(db, engine),
    uploads: uploadQueries(db, { engine, statements: uploadStatements, run: inOrder(run) }),
    shares: shareQueries(db, engine),
    invitations: invitationQueries(db, engine),
    accessRequests: accessRequestQueries(db, engine),
    accessSummaries: accessSummaryQueries(db, { engine, clock, run }),
    people: peopleQueries(db, { engine, find: lookups.person }),
    identities: identityQueries(db, engine),
    disabledUsers: disabledUserQueries(db, { has: lookups.isDisabled }),
    apiTokens: apiTokenQueries(db),
    changes: changeQueries(db, { engine, clock, run }),
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
    linkRecipients: linkRecipientQueries(db),
    items: itemQueries(db, { engine, find: lookups.item, findOfFile: lookups.itemOfFile }),
    fileEvents: fileEventQueries(db, engine),
    mails: mailQueries(db),
    mailPreferences: mailPreferenceQueries(db),
    accounts: accountQueries(db, engine),
    accountDeletions: accountDeletionQueries(db, engine),
    accountInvitations: accountInvitationQueries(db, engine),
    policy: policyQueries(db),
    secondFactors: secondFactorQueries(db, engine),
    passkeys: passkeyQueries(db),
    trash: trashQueries(db, { engine, clock }),
    application: applicationQueries(db),
    audit: auditQueries(db, { engine, journalEvents }),
    administration: administrationQueries(db, { engine, clock }),
    webhooks: webhookQueries(db, { engine, journalUrls }),
  };
}
