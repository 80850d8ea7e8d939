import { accessQueries, guardedNoteQueries } from "../../features/access/queries.ts";
import { accountQueries } from "../../features/accounts/queries/accounts.ts";
import { accountDeletionQueries } from "../../features/accounts/queries/deletions.ts";
import { passkeyQueries, secondFactorQueries } from "../../features/accounts/queries/factors.ts";
import { administrationQueries, queueQueries } from "../../features/administration/queries.ts";
import { annotationQueries } from "../../features/attachments/annotation-queries.ts";
import { fileJobQueries } from "../../features/attachments/file-job-queries.ts";
import { previewQueries } from "../../features/attachments/preview-queries.ts";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { stagedQueries } from "../../features/attachments/staged-queries.ts";
import { tenantQueries } from "../../features/attachments/tenant-queries.ts";
import { issuedUrlQueries } from "../../features/audit/issued-url-queries.ts";
import { auditQueries } from "../../features/audit/queries.ts";
import { changeQueries } from "../../features/changes/queries.ts";
import {
  applicationQueries,
  hookMarkQueries,
  itemQueries,
  manyItemsQueries,
} from "../../features/embedding/queries.ts";
import { linkQueries } from "../../features/links/queries/links.ts";
import { receiverQueries } from "../../features/links/queries/receivers.ts";
import { visitorFileQueries } from "../../features/links/queries/visitor-files.ts";
import { linkRecipientQueries, linkVisitQueries } from "../../features/links/queries/visits.ts";
import { movingQueries } from "../../features/moving/queries.ts";
import { accessSummaryQueries } from "../../features/notes/access-summary-queries.ts";
import { pinQueries } from "../../features/notes/pin-queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { searchIndexQueries } from "../../features/notes/search-index-queries.ts";
import { fileEventQueries } from "../../features/outbox/file-event-queries.ts";
import { mailPreferenceQueries, mailQueries } from "../../features/outbox/mail-queries.ts";
import { webhookQueries } from "../../features/outbox/webhook-queries.ts";
import { lookupQueries } from "../../features/people/lookup-queries.ts";
import {
  administratorQueries,
  credentialQueries,
  disabledUserQueries,
  identityQueries,
  peopleQueries,
} from "../../features/people/queries.ts";
import { policyQueries } from "../../features/policy/queries.ts";
import { accessRequestQueries } from "../../features/sharing/queries/access-requests.ts";
import { accountInvitationQueries } from "../../features/sharing/queries/account-invitations.ts";
import { invitationQueries } from "../../features/sharing/queries/invitations.ts";
import { shareQueries } from "../../features/sharing/queries/shares.ts";
import { backupQueries } from "../../features/storage/backup-queries.ts";
import { moveQueries, uploadBucketQueries } from "../../features/storage/move-queries.ts";
import {
  adoptionQueries,
  bucketCapabilityQueries,
  inventoryQueries,
  objectDeletionQueries,
} from "../../features/storage/queries.ts";
import { apiTokenQueries, tokenRequestQueries } from "../../features/tokens/queries.ts";
import { trashQueries } from "../../features/trash/queries.ts";
import { uploadQueries } from "../../features/uploads/queries/uploads.ts";
import { usageQueries } from "../../features/usage/queries.ts";
import { limitCountQueries } from "../../platform/limits/in-database.ts";

export const everyQuery = {
  guardedNotes: guardedNoteQueries,
  administrators: administratorQueries,
  access: accessQueries,
  lookups: lookupQueries,
  notes: noteQueries,
  moving: movingQueries,
  pins: pinQueries,
  searchIndex: searchIndexQueries,
  attachments: attachmentQueries,
  staged: stagedQueries,
  tenants: tenantQueries,
  previews: previewQueries,
  fileJobs: fileJobQueries,
  uploads: uploadQueries,
  shares: shareQueries,
  invitations: invitationQueries,
  accessRequests: accessRequestQueries,
  accessSummaries: accessSummaryQueries,
  people: peopleQueries,
  identities: identityQueries,
  disabledUsers: disabledUserQueries,
  apiTokens: apiTokenQueries,
  tokenRequests: tokenRequestQueries,
  changes: changeQueries,
  credentials: credentialQueries,
  adoptions: adoptionQueries,
  objectDeletions: objectDeletionQueries,
  bucketCapabilities: bucketCapabilityQueries,
  usage: usageQueries,
  queues: queueQueries,
  inventory: inventoryQueries,
  moves: moveQueries,
  backups: backupQueries,
  uploadBucket: uploadBucketQueries,
  limitCounts: limitCountQueries,
  links: linkQueries,
  visitorFiles: visitorFileQueries,
  linkVisits: linkVisitQueries,
  linkRecipients: linkRecipientQueries,
  receivers: receiverQueries,
  items: itemQueries,
  manyItems: manyItemsQueries,
  annotations: annotationQueries,
  hookMarks: hookMarkQueries,
  fileEvents: fileEventQueries,
  mails: mailQueries,
  mailPreferences: mailPreferenceQueries,
  accounts: accountQueries,
  accountDeletions: accountDeletionQueries,
  accountInvitations: accountInvitationQueries,
  policy: policyQueries,
  secondFactors: secondFactorQueries,
  passkeys: passkeyQueries,
  trash: trashQueries,
  application: applicationQueries,
  audit: auditQueries,
  administration: administrationQueries,
  webhooks: webhookQueries,
  issuedUrls: issuedUrlQueries,
};

export type EveryQuery = { [Noun in keyof typeof everyQuery]: ReturnType<(typeof everyQuery)[Noun]> };
