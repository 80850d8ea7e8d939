import type { AccessQueries } from "./access.ts";
import type { AccessRequestQueries } from "./access-requests.ts";
import type { AccessSummaryQueries } from "./access-summaries.ts";
import type { AccountDeletionQueries } from "./account-deletions.ts";
import type { AccountInvitationQueries } from "./account-invitations.ts";
import type { AccountQueries } from "./accounts.ts";
import type { AdministrationQueries } from "./administration.ts";
import type { AdoptionQueries } from "./adoptions.ts";
import type { ApiTokenQueries } from "./api-tokens.ts";
import type { ApplicationQueries } from "./application.ts";
import type { AttachmentQueries } from "./attachments.ts";
import type { AuditQueries, UrlAuditLog } from "./audit.ts";
import type { BucketCapabilityQueries } from "./bucket-capabilities.ts";
import type { CallerQueries } from "./callers.ts";
import type { ChangeQueries } from "./changes.ts";
import type { CredentialQueries } from "./credentials.ts";
import type { DisabledUserQueries } from "./disabled-users.ts";
import type { FileEventQueries } from "./file-events.ts";
import type { IdentityQueries } from "./identities.ts";
import type { InventoryQueries } from "./inventory.ts";
import type { InvitationQueries } from "./invitations.ts";
import type { ItemQueries } from "./items.ts";
import type { LimitCountQueries } from "./limit-counts.ts";
import type { LinkRecipientQueries } from "./link-recipients.ts";
import type { LinkVisitQueries } from "./link-visits.ts";
import type { LinkQueries } from "./links.ts";
import type { MailPreferenceQueries } from "./mail-preferences.ts";
import type { MailQueries } from "./mails.ts";
import type { NoteQueries } from "./notes.ts";
import type { ObjectDeletionQueries } from "./object-deletions.ts";
import type { PasskeyQueries } from "./passkeys.ts";
import type { PeopleQueries } from "./people.ts";
import type { PolicyQueries } from "./policy.ts";
import type { QueueQueries } from "./queues.ts";
import type { SearchIndexQueries } from "./search-index.ts";
import type { SecondFactorQueries } from "./second-factors.ts";
import type { ShareQueries } from "./shares.ts";
import type { TrashQueries } from "./trash.ts";
import type { UploadQueries } from "./uploads.ts";
import type { UsageQueries } from "./usage.ts";
import type { VerificationQueries } from "./verifications.ts";
import type { VisitorFileQueries } from "./visitor-files.ts";
import type { WebhookQueries } from "./webhooks.ts";

/** All queries. In `transaction`, they run in one transaction. Outside, each query runs alone. */
export type Queries = {
  access: AccessQueries;
  callers: CallerQueries;
  notes: NoteQueries;
  attachments: AttachmentQueries;
  uploads: UploadQueries;
  shares: ShareQueries;
  invitations: InvitationQueries;
  accessRequests: AccessRequestQueries;
  accessSummaries: AccessSummaryQueries;
  people: PeopleQueries;
  identities: IdentityQueries;
  disabledUsers: DisabledUserQueries;
  apiTokens: ApiTokenQueries;
  changes: ChangeQueries;
  credentials: CredentialQueries;
  adoptions: AdoptionQueries;
  objectDeletions: ObjectDeletionQueries;
  verifications: VerificationQueries;
  bucketCapabilities: BucketCapabilityQueries;
  usage: UsageQueries;
  queues: QueueQueries;
  inventory: InventoryQueries;
  limitCounts: LimitCountQueries;
  links: LinkQueries;
  visitorFiles: VisitorFileQueries;
  linkVisits: LinkVisitQueries;
  linkRecipients: LinkRecipientQueries;
  items: ItemQueries;
  fileEvents: FileEventQueries;
  mails: MailQueries;
  mailPreferences: MailPreferenceQueries;
  accounts: AccountQueries;
  accountDeletions: AccountDeletionQueries;
  accountInvitations: AccountInvitationQueries;
  policy: PolicyQueries;
  searchIndex: SearchIndexQueries;
  secondFactors: SecondFactorQueries;
  passkeys: PasskeyQueries;
  trash: TrashQueries;
  application: ApplicationQueries;
  audit: AuditQueries;
  administration: AdministrationQueries;
  webhooks: WebhookQueries;
};

/** The database. While it is unreachable, every call rejects with `database_unavailable`. */
export type Database = Queries & {
  /**
   * Runs `work` in a transaction: all changes happen, or none. The changes are durable when the promise resolves (SQLite:
   * synchronous=FULL). `work` may run several times, so it must have no effects except its queries and its result. `freesSpace`: if the
   * disk is full, the embedded database frees some reserved space and runs `work` again. Default: false.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>, options?: { freesSpace?: boolean }): Promise<T>;
  urlAudit: UrlAuditLog;
  /**
   * The maximum number of searches in notes that should run at the same time. With more, searches would delay each other or other queries.
   */
  searchesAtOnce: number;
  /** Checks that the database and the log of URL events accept writes. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
