import type { AccessQueries } from "../../features/access/access-port.ts";
import type { CallerQueries } from "../../features/access/callers-port.ts";
import type { AccountDeletionQueries } from "../../features/accounts/account-deletions-port.ts";
import type { AccountQueries } from "../../features/accounts/accounts-port.ts";
import type { PasskeyQueries } from "../../features/accounts/passkeys-port.ts";
import type { SecondFactorQueries } from "../../features/accounts/second-factors-port.ts";
import type { AdministrationQueries } from "../../features/administration/administration-port.ts";
import type { QueueQueries } from "../../features/administration/queues-port.ts";
import type { AttachmentQueries } from "../../features/attachments/attachments-port.ts";
import type { AuditQueries, UrlAuditLog } from "../../features/audit/audit-port.ts";
import type { ChangeQueries } from "../../features/changes/changes-port.ts";
import type { ApplicationQueries } from "../../features/embedding/application-port.ts";
import type { ItemQueries } from "../../features/embedding/items-port.ts";
import type { LinkRecipientQueries } from "../../features/links/link-recipients-port.ts";
import type { LinkVisitQueries } from "../../features/links/link-visits-port.ts";
import type { LinkQueries } from "../../features/links/links-port.ts";
import type { VisitorFileQueries } from "../../features/links/visitor-files-port.ts";
import type { AccessSummaryQueries } from "../../features/notes/access-summaries-port.ts";
import type { NoteQueries } from "../../features/notes/notes-port.ts";
import type { SearchIndexQueries } from "../../features/notes/search-index-port.ts";
import type { FileEventQueries } from "../../features/outbox/file-events-port.ts";
import type { MailPreferenceQueries } from "../../features/outbox/mail-preferences-port.ts";
import type { MailQueries } from "../../features/outbox/mails-port.ts";
import type { WebhookQueries } from "../../features/outbox/webhooks-port.ts";
import type { CredentialQueries } from "../../features/people/credentials-port.ts";
import type { DisabledUserQueries } from "../../features/people/disabled-users-port.ts";
import type { IdentityQueries } from "../../features/people/identities-port.ts";
import type { PeopleQueries } from "../../features/people/people-port.ts";
import type { PolicyQueries } from "../../features/policy/policy-port.ts";
import type { AccessRequestQueries } from "../../features/sharing/access-requests-port.ts";
import type { AccountInvitationQueries } from "../../features/sharing/account-invitations-port.ts";
import type { InvitationQueries } from "../../features/sharing/invitations-port.ts";
import type { ShareQueries } from "../../features/sharing/shares-port.ts";
import type { AdoptionQueries } from "../../features/storage/adoptions-port.ts";
import type { BucketCapabilityQueries } from "../../features/storage/capabilities-port.ts";
import type { InventoryQueries } from "../../features/storage/inventory-port.ts";
import type { ObjectDeletionQueries } from "../../features/storage/object-deletions-port.ts";
import type { ApiTokenQueries } from "../../features/tokens/tokens-port.ts";
import type { TrashQueries } from "../../features/trash/trash-port.ts";
import type { UploadQueries } from "../../features/uploads/uploads-port.ts";
import type { VerificationQueries } from "../../features/uploads/verifications-port.ts";
import type { UsageQueries } from "../../features/usage/usage-port.ts";
import type { LimitCountQueries } from "../limits/limit-counts-port.ts";

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
