import { CompiledQuery, type Kysely } from "kysely";
import { type AccessStatements, accessQueries } from "../../features/access/queries.ts";
import { accountDeletionQueries } from "../../features/accounts/deletion-queries.ts";
import { passkeyQueries } from "../../features/accounts/passkey-queries.ts";
import { accountQueries } from "../../features/accounts/queries.ts";
import { secondFactorQueries } from "../../features/accounts/second-factor-queries.ts";
import { administrationQueries } from "../../features/administration/queries.ts";
import { queueQueries } from "../../features/administration/queue-queries.ts";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { auditQueries, type FindJournalEvents } from "../../features/audit/queries.ts";
import { changeQueries } from "../../features/changes/queries.ts";
import { applicationQueries } from "../../features/embedding/application-queries.ts";
import { itemQueries } from "../../features/embedding/item-queries.ts";
import { linkQueries } from "../../features/links/queries/links.ts";
import { linkRecipientQueries } from "../../features/links/queries/recipients.ts";
import { visitorFileQueries } from "../../features/links/queries/visitor-files.ts";
import { linkVisitQueries } from "../../features/links/queries/visits.ts";
import { accessSummaryQueries } from "../../features/notes/access-summaries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { searchIndexQueries } from "../../features/notes/search-index.ts";
import { fileEventQueries } from "../../features/outbox/file-event-queries.ts";
import { mailPreferenceQueries } from "../../features/outbox/mail-preferences.ts";
import { mailQueries } from "../../features/outbox/mail-queries.ts";
import { webhookQueries } from "../../features/outbox/webhook-queries.ts";
import { credentialQueries } from "../../features/people/credential-queries.ts";
import { disabledUserQueries } from "../../features/people/disabled-user-queries.ts";
import { identityQueries } from "../../features/people/identity-queries.ts";
import { peopleQueries } from "../../features/people/queries.ts";
import { policyQueries } from "../../features/policy/queries.ts";
import { accessRequestQueries } from "../../features/sharing/access-request-queries.ts";
import { accountInvitationQueries } from "../../features/sharing/account-invitation-queries.ts";
import { invitationQueries } from "../../features/sharing/invitation-queries.ts";
import { shareQueries } from "../../features/sharing/queries.ts";
import { adoptionQueries } from "../../features/storage/adoption-queries.ts";
import { bucketCapabilityQueries } from "../../features/storage/capability-queries.ts";
import { inventoryQueries } from "../../features/storage/inventory-queries.ts";
import { objectDeletionQueries } from "../../features/storage/object-deletion-queries.ts";
import { apiTokenQueries } from "../../features/tokens/queries.ts";
import { trashQueries } from "../../features/trash/queries.ts";
import { type UploadStatements, uploadQueries } from "../../features/uploads/queries.ts";
import { verificationQueries } from "../../features/uploads/verification-queries.ts";
import { usageQueries } from "../../features/usage/queries.ts";
import type { FindJournalUrls } from "../../features/webhooks/issued-urls.ts";
import type { Clock } from "../../platform/clock.ts";
import type { RunStatement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import type { Queries } from "../../platform/database/port.ts";
import { inOrder } from "../../platform/database/run-calls.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Search } from "../../platform/database/search.ts";
import { limitCountQueries } from "../../platform/limits/queries.ts";
import { findOneByOne, type LookupStatements, lookupsOn } from "./lookups.ts";

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
