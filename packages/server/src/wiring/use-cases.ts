import { deleteExpiredAccountLinks } from "../features/accounts/own/account-links.ts";
import { changeEmailOf, confirmEmailChange, requestEmailChange } from "../features/accounts/own/change-email.ts";
import { changePassword } from "../features/accounts/own/change-password.ts";
import { checkSecondFactor } from "../features/accounts/own/check-second-factor.ts";
import {
  closeAccountOf,
  closeOwnAccount,
  countAccountContents,
  deleteClosedAccounts,
  keepAccount,
} from "../features/accounts/own/delete-account.ts";
import { recordBrowser } from "../features/accounts/own/known-browsers.ts";
import { limitAccountRequests } from "../features/accounts/own/limit-account-requests.ts";
import { countPasswordGuess, forgetPasswordGuesses } from "../features/accounts/own/limit-password-guesses.ts";
import { hasPassword } from "../features/accounts/own/own-account.ts";
import {
  addPasskey,
  findPasskey,
  listPasskeys,
  recordPasskeyUse,
  removePasskey,
  renamePasskey,
  startPasskey,
  startPasskeySignIn,
  useChallenge,
} from "../features/accounts/own/passkeys.ts";
import {
  hasProvenEmail,
  proveEmail,
  rememberAccount,
  requestEmailProof,
} from "../features/accounts/own/prove-email.ts";
import {
  checkResetLink,
  makeResetLink,
  requestPasswordReset,
  resetPassword,
} from "../features/accounts/own/reset-password.ts";
import {
  confirmSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  removeSecondFactorOf,
  renewRecoveryCodes,
  startSecondFactor,
} from "../features/accounts/own/second-factor.ts";
import { authenticateSession, deleteExpiredSessions } from "../features/accounts/own/sessions.ts";
import {
  inviteToService,
  listAccountInvitations,
  renewAccountInvitation,
  revokeAccountInvitation,
} from "../features/administration/invitations.ts";
import { listAllLinks, revokeAnyLink } from "../features/administration/links.ts";
import { listAdminEvents } from "../features/administration/log.ts";
import { listMails, retryMail } from "../features/administration/mails.ts";
import { rememberForOperator } from "../features/administration/operator.ts";
import { changePerson, disableUser, enableUser, listPeople } from "../features/administration/people.ts";
import { changePolicy, showPolicy } from "../features/administration/policy.ts";
import { getAttachment } from "../features/attachments/read-attachments.ts";
import { countDownloads, countNoteDownloads, listActivity, listNoteActivity } from "../features/audit/activity.ts";
import { expireAuditEvents } from "../features/audit/expire.ts";
import { findChanges } from "../features/changes/changes.ts";
import { issueUrl } from "../features/downloads/issue-url.ts";
import { issueUrls } from "../features/downloads/issue-urls.ts";
import { createRefusals } from "../features/downloads/record-refusals.ts";
import { createHashTurns } from "../features/links/hash-password.ts";
import { createFileLink, createLink } from "../features/links/owner/create.ts";
import { getLink } from "../features/links/owner/get.ts";
import { listLinks, listOwnLinks } from "../features/links/owner/list.ts";
import { listLinkEvents } from "../features/links/owner/list-events.ts";
import { revokeLink } from "../features/links/owner/revoke.ts";
import { updateLink } from "../features/links/owner/update.ts";
import { admitSender } from "../features/links/requests/admit-sender.ts";
import { receipts } from "../features/links/requests/receipts.ts";
import { reviewFile } from "../features/links/requests/review-file.ts";
import { visitorUploads } from "../features/links/requests/visitor-uploads.ts";
import { admit } from "../features/links/visitor/admit.ts";
import { claimLink, issueClaimUrls } from "../features/links/visitor/claim.ts";
import { deleteOldClaims } from "../features/links/visitor/delete-old-claims.ts";
import { deleteExpiredCodes, proveLinkEmail, requestLinkCode } from "../features/links/visitor/email-codes.ts";
import { lookAtLink } from "../features/links/visitor/look-at-link.ts";
import { type Pass, sealPass } from "../features/links/visitor/pass.ts";
import { unlockLink } from "../features/links/visitor/unlock.ts";
import {
  getMailPreferences,
  lookAtUnsubscribe,
  setMailPreferences,
  unsubscribe,
} from "../features/mail/preferences.ts";
import { remindOfExpiry } from "../features/mail/remind-of-expiry.ts";
import { markAttachmentSeen, markNoteSeen } from "../features/notes/mark-seen.ts";
import {
  createNote,
  getNote,
  indexForSearch,
  listAttachments,
  listNotes,
  updateNote,
} from "../features/notes/notes.ts";
import { findPeople, getMe, recordLanguage } from "../features/people/people.ts";
import { requireEnabled } from "../features/people/require-enabled.ts";
import {
  askForAccess,
  dismissAccessRequest,
  grantAccess,
  listAccessRequests,
} from "../features/sharing/access-requests.ts";
import { accountInvitationQueries } from "../features/sharing/account-invitation-queries.ts";
import { invitationQueries } from "../features/sharing/invitation-queries.ts";
import { createArrivals } from "../features/sharing/invitations/arrive.ts";
import { lookAtInvitation } from "../features/sharing/invitations/look-at-invitation.ts";
import { revokeInvitation, updateInvitation } from "../features/sharing/invitations/manage.ts";
import { redeemInvitation } from "../features/sharing/invitations/redeem.ts";
import { identifySubject, recordSignIn, rememberPerson } from "../features/sharing/invitations/remember-person.ts";
import { admitSignUp } from "../features/sharing/invitations/sign-up.ts";
import { listSharedAttachments } from "../features/sharing/list-shared.ts";
import { listShares, putShares, revokeShare } from "../features/sharing/shares.ts";
import { adoptObject } from "../features/storage/adopt.ts";
import { adoptListed } from "../features/storage/adopt-listed.ts";
import { collectGarbage } from "../features/storage/collect-garbage.ts";
import { purgeObjects } from "../features/storage/object-deletions.ts";
import {
  authenticateApiToken,
  createApiToken,
  createApiTokenOf,
  listApiTokens,
  revokeAnyApiToken,
  revokeApiToken,
  revokeApiTokens,
  revokeApiTokensOf,
} from "../features/tokens/tokens.ts";
import { deleteAttachment } from "../features/trash/delete-attachment.ts";
import { purgeNotes } from "../features/trash/delete-for-good.ts";
import { deleteNote } from "../features/trash/delete-note.ts";
import { expireTrash } from "../features/trash/expire.ts";
import { listTrash } from "../features/trash/list.ts";
import { purgeFromTrash } from "../features/trash/purge.ts";
import { restoreFromTrash } from "../features/trash/restore.ts";
import {
  abortUpload,
  attachFile,
  claimVerification,
  completeUpload,
  expireUploads,
  getUpload,
  renewVerification,
  runVerification,
  signParts,
  startUpload,
} from "../features/uploads/index.ts";
import { renameFile } from "../features/uploads/rename-file.ts";
import { getUsage, quotaOf } from "../features/usage/quota.ts";
import { deleteOldDeliveries } from "../features/webhooks/delete-old.ts";
import { listWebhookDeliveries, retryWebhookDelivery, testWebhook } from "../features/webhooks/deliveries.ts";
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  rotateWebhookSecret,
  updateWebhook,
} from "../features/webhooks/manage.ts";
import type { Deps } from "../platform/deps.ts";
import { deleteExpiredWindows } from "../platform/limits/in-database.ts";
import { createAllowance } from "../platform/limits/in-memory.ts";

const TOO_MANY_URLS = "You requested too many URLs in a short time. Wait until Retry-After has passed, then try again.";
const TOO_MANY_STARTS =
  "You started too many uploads in a short time. Wait until Retry-After has passed, then try again.";

/** Creates all use cases from their dependencies: the database, the bucket, the clock, the limits and others. */
export function createUseCases(deps: Deps) {
  const { clock, limits } = deps;
  const refusals = createRefusals(deps);
  const arrive = createArrivals(deps);
  const urlParts = { refusals, arrive, allowance: createAllowance(limits.urlRate, { clock, problem: TOO_MANY_URLS }) };
  const starts = createAllowance(limits.uploadRate, { clock, problem: TOO_MANY_STARTS });
  const hashTurns = createHashTurns();
  const visits = { admit: admit(deps), allowance: urlParts.allowance };
  return {
    createNote: createNote(deps),
    listNotes: listNotes(deps),
    indexForSearch: indexForSearch(deps),
    getNote: getNote(deps, arrive),
    listAttachments: listAttachments(deps, arrive),
    updateNote: updateNote(deps, arrive),
    deleteNote: deleteNote(deps),
    listTrash: listTrash(deps),
    restoreFromTrash: restoreFromTrash(deps),
    purgeFromTrash: purgeFromTrash(deps),
    expireTrash: expireTrash(deps),
    purgeNotes: purgeNotes(deps),
    attachFile: attachFile(deps, { allowance: starts, arrive }),
    adoptObject: adoptObject(deps),
    adoptListed: adoptListed(deps),
    getAttachment: getAttachment(deps, arrive),
    listSharedAttachments: listSharedAttachments(deps),
    deleteAttachment: deleteAttachment(deps),
    renameFile: renameFile(deps),
    findChanges: findChanges(deps),
    markNoteSeen: markNoteSeen(deps),
    markAttachmentSeen: markAttachmentSeen(deps),
    startUpload: startUpload(deps, { allowance: starts, arrive }),
    getUpload: getUpload(deps),
    signParts: signParts(deps),
    completeUpload: completeUpload(deps),
    abortUpload: abortUpload(deps),
    admitSender: admitSender(deps, visits),
    visitorUploads: visitorUploads(deps, starts),
    receipts: receipts(deps),
    reviewFile: reviewFile(deps),
    issueUrl: issueUrl(deps, urlParts),
    issueUrls: issueUrls(deps, urlParts),
    flushRefusals: refusals.flush,
    putShares: putShares(deps),
    listShares: listShares(deps),
    revokeShare: revokeShare(deps),
    lookAtInvitation: lookAtInvitation(deps),
    redeemInvitation: redeemInvitation(deps),
    updateInvitation: updateInvitation(deps),
    revokeInvitation: revokeInvitation(deps),
    deleteOldInvitations: async () => {
      await invitationQueries(deps.db).deleteOld(clock());
      await accountInvitationQueries(deps.db).deleteOld(clock());
    },
    admitSignUp: admitSignUp(deps),
    askForAccess: askForAccess(deps),
    listAccessRequests: listAccessRequests(deps),
    grantAccess: grantAccess(deps),
    dismissAccessRequest: dismissAccessRequest(deps),
    createLink: createLink(deps, hashTurns),
    createFileLink: createFileLink(deps, hashTurns),
    listLinks: listLinks(deps),
    listOwnLinks: listOwnLinks(deps),
    getLink: getLink(deps),
    updateLink: updateLink(deps, hashTurns),
    revokeLink: revokeLink(deps),
    listLinkEvents: listLinkEvents(deps),
    listNoteActivity: listNoteActivity(deps),
    listActivity: listActivity(deps),
    countDownloads: countDownloads(deps),
    countNoteDownloads: countNoteDownloads(deps),
    createApiToken: createApiToken(deps),
    authenticateApiToken: authenticateApiToken(deps),
    authenticateSession: authenticateSession(deps),
    listApiTokens: listApiTokens(deps),
    revokeApiToken: revokeApiToken(deps),
    revokeApiTokens: revokeApiTokens(deps),
    revokeApiTokensOf: revokeApiTokensOf(deps),
    createApiTokenOf: createApiTokenOf(deps),
    listWebhooks: listWebhooks(deps),
    createWebhook: createWebhook(deps),
    updateWebhook: updateWebhook(deps),
    rotateWebhookSecret: rotateWebhookSecret(deps),
    deleteWebhook: deleteWebhook(deps),
    testWebhook: testWebhook(deps),
    listWebhookDeliveries: listWebhookDeliveries(deps),
    retryWebhookDelivery: retryWebhookDelivery(deps),
    deleteOldDeliveries: deleteOldDeliveries(deps),
    listPeople: listPeople(deps),
    listAdminEvents: listAdminEvents(deps),
    listAllLinks: listAllLinks(deps),
    revokeAnyLink: revokeAnyLink(deps),
    showPolicy: showPolicy(deps),
    changePolicy: changePolicy(deps),
    listAccountInvitations: listAccountInvitations(deps),
    inviteToService: inviteToService(deps),
    renewAccountInvitation: renewAccountInvitation(deps),
    revokeAccountInvitation: revokeAccountInvitation(deps),
    listMails: listMails(deps),
    retryMail: retryMail(deps),
    getMailPreferences: getMailPreferences(deps),
    setMailPreferences: setMailPreferences(deps),
    lookAtUnsubscribe: lookAtUnsubscribe(deps),
    unsubscribe: unsubscribe(deps),
    remindOfExpiry: remindOfExpiry(deps),
    rememberForOperator: rememberForOperator(deps),
    revokeAnyApiToken: revokeAnyApiToken(deps),
    changePerson: changePerson(deps),
    disableUser: disableUser(deps),
    enableUser: enableUser(deps),
    requireEnabled: requireEnabled(deps),
    limitAccountRequests: limitAccountRequests(deps),
    hashTurns,
    countPasswordGuess: countPasswordGuess(deps),
    forgetPasswordGuesses: forgetPasswordGuesses(deps),
    deleteExpiredWindows: deleteExpiredWindows(deps),
    deleteOldClaims: deleteOldClaims(deps),
    rememberPerson: rememberPerson(deps),
    recordSignIn: recordSignIn(deps),
    recordLanguage: recordLanguage(deps),
    rememberAccount: rememberAccount(deps),
    requestPasswordReset: requestPasswordReset(deps),
    makeResetLink: makeResetLink(deps),
    checkResetLink: checkResetLink(deps),
    resetPassword: resetPassword(deps),
    requestEmailChange: requestEmailChange(deps),
    confirmEmailChange: confirmEmailChange(deps),
    changeEmailOf: changeEmailOf(deps),
    changePassword: changePassword(deps),
    checkSecondFactor: checkSecondFactor(deps),
    getSecondFactor: getSecondFactor(deps),
    startSecondFactor: startSecondFactor(deps),
    confirmSecondFactor: confirmSecondFactor(deps),
    removeSecondFactor: removeSecondFactor(deps),
    renewRecoveryCodes: renewRecoveryCodes(deps),
    removeSecondFactorOf: removeSecondFactorOf(deps),
    countAccountContents: countAccountContents(deps),
    closeOwnAccount: closeOwnAccount(deps),
    closeAccountOf: closeAccountOf(deps),
    keepAccount: keepAccount(deps),
    deleteClosedAccounts: deleteClosedAccounts(deps),
    listPasskeys: listPasskeys(deps),
    startPasskey: startPasskey(deps),
    addPasskey: addPasskey(deps),
    removePasskey: removePasskey(deps),
    renamePasskey: renamePasskey(deps),
    recordBrowser: recordBrowser(deps),
    startPasskeySignIn: startPasskeySignIn(deps),
    useChallenge: useChallenge(deps),
    findPasskey: findPasskey(deps),
    recordPasskeyUse: recordPasskeyUse(deps),
    requestEmailProof: requestEmailProof(deps),
    proveEmail: proveEmail(deps),
    hasProvenEmail: hasProvenEmail(deps),
    hasPassword: hasPassword(deps),
    deleteExpiredAccountLinks: deleteExpiredAccountLinks(deps),
    deleteExpiredSessions: deleteExpiredSessions(deps),
    identifySubject: identifySubject(deps),
    findPeople: findPeople(deps),
    getMe: getMe(deps),
    getUsage: getUsage(deps),
    /** The default quota, which applies to users without a quota of their own. */
    quota: quotaOf(limits),
    lookAtLink: lookAtLink(deps, visits),
    unlockLink: unlockLink(deps, { ...visits, hashTurns }),
    requestLinkCode: requestLinkCode(deps, visits),
    proveLinkEmail: proveLinkEmail(deps, visits),
    deleteExpiredCodes: deleteExpiredCodes(deps),
    claimLink: claimLink(deps, visits),
    issueClaimUrls: issueClaimUrls(deps, visits),
    sealPass: (pass: Pass) => sealPass(deps.linkKeys.passes, pass),
    purgeObjects: purgeObjects(deps),
    expireUploads: expireUploads(deps),
    expireAuditEvents: expireAuditEvents(deps),
    collectGarbage: collectGarbage(deps),
    claimVerification: claimVerification(deps),
    renewVerification: renewVerification(deps),
    runVerification: runVerification(deps),
  };
}

export type UseCases = ReturnType<typeof createUseCases>;
