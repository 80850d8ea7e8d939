import { askForAccess, dismissAccessRequest, grantAccess, listAccessRequests } from "./access-requests.ts";
import { deleteExpiredAccountLinks } from "./accounts/account-links.ts";
import { changeEmailOf, confirmEmailChange, requestEmailChange } from "./accounts/change-email.ts";
import { changePassword } from "./accounts/change-password.ts";
import { checkSecondFactor } from "./accounts/check-second-factor.ts";
import {
  closeAccountOf,
  closeOwnAccount,
  countAccountContents,
  deleteClosedAccounts,
  keepAccount,
} from "./accounts/delete-account.ts";
import { recordBrowser } from "./accounts/known-browsers.ts";
import { limitAccountRequests } from "./accounts/limit-account-requests.ts";
import { countPasswordGuess, forgetPasswordGuesses } from "./accounts/limit-password-guesses.ts";
import { hasPassword } from "./accounts/own-account.ts";
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
} from "./accounts/passkeys.ts";
import { hasProvenEmail, proveEmail, rememberAccount, requestEmailProof } from "./accounts/prove-email.ts";
import { checkResetLink, makeResetLink, requestPasswordReset, resetPassword } from "./accounts/reset-password.ts";
import {
  confirmSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  removeSecondFactorOf,
  renewRecoveryCodes,
  startSecondFactor,
} from "./accounts/second-factor.ts";
import { authenticateSession, deleteExpiredSessions } from "./accounts/sessions.ts";
import { countDownloads, countNoteDownloads, listActivity, listNoteActivity } from "./activity.ts";
import {
  inviteToService,
  listAccountInvitations,
  renewAccountInvitation,
  revokeAccountInvitation,
} from "./administration/invitations.ts";
import { listAllLinks, revokeAnyLink } from "./administration/links.ts";
import { listAdminEvents } from "./administration/log.ts";
import { listMails, retryMail } from "./administration/mails.ts";
import { rememberForOperator } from "./administration/operator.ts";
import { changePerson, disableUser, enableUser, listPeople } from "./administration/people.ts";
import { changePolicy, showPolicy } from "./administration/policy.ts";
import {
  authenticateApiToken,
  createApiToken,
  createApiTokenOf,
  listApiTokens,
  revokeAnyApiToken,
  revokeApiToken,
  revokeApiTokens,
  revokeApiTokensOf,
} from "./api-tokens.ts";
import { findChanges } from "./changes.ts";
import { expireAuditEvents } from "./expire-audit-events.ts";
import { identifySubject } from "./identities.ts";
import { createArrivals } from "./invitations/arrive.ts";
import { lookAtInvitation } from "./invitations/look-at-invitation.ts";
import { revokeInvitation, updateInvitation } from "./invitations/manage.ts";
import { redeemInvitation } from "./invitations/redeem.ts";
import { admitSignUp } from "./invitations/sign-up.ts";
import { issueUrl } from "./issue-url.ts";
import { issueUrls } from "./issue-urls.ts";
import { deleteExpiredWindows } from "./limits-in-database.ts";
import { createAllowance } from "./limits-in-memory.ts";
import { admit } from "./links/admit.ts";
import { admitSender } from "./links/admit-sender.ts";
import { claimLink, issueClaimUrls } from "./links/claim.ts";
import { createFileLink, createLink } from "./links/create.ts";
import { deleteOldClaims } from "./links/delete-old-claims.ts";
import { deleteExpiredCodes, proveLinkEmail, requestLinkCode } from "./links/email-codes.ts";
import { getLink } from "./links/get.ts";
import { createHashTurns } from "./links/hash-password.ts";
import { listLinks, listOwnLinks } from "./links/list.ts";
import { listLinkEvents } from "./links/list-events.ts";
import { lookAtLink } from "./links/look-at-link.ts";
import { type Pass, sealPass } from "./links/pass.ts";
import { receipts } from "./links/receipts.ts";
import { revokeLink } from "./links/revoke.ts";
import { unlockLink } from "./links/unlock.ts";
import { updateLink } from "./links/update.ts";
import { visitorUploads } from "./links/visitor-uploads.ts";
import { getMailPreferences, lookAtUnsubscribe, setMailPreferences, unsubscribe } from "./mail/preferences.ts";
import { remindOfExpiry } from "./mail/remind-of-expiry.ts";
import { markAttachmentSeen, markNoteSeen } from "./mark-seen.ts";
import { createNote, getNote, indexForSearch, listAttachments, listNotes, updateNote } from "./notes.ts";
import { findPeople, getMe, recordLanguage, recordSignIn, rememberPerson } from "./people.ts";
import type { Deps } from "./ports/index.ts";
import { getAttachment, listSharedAttachments } from "./read-attachments.ts";
import { createRefusals } from "./record-refusals.ts";
import { renameFile } from "./rename-file.ts";
import { requireEnabled } from "./require-enabled.ts";
import { reviewFile } from "./review-file.ts";
import { listShares, putShares, revokeShare } from "./shares.ts";
import { adoptObject } from "./storage/adopt.ts";
import { adoptListed } from "./storage/adopt-listed.ts";
import { collectGarbage } from "./storage/collect-garbage.ts";
import { purgeObjects } from "./storage/object-deletions.ts";
import { deleteAttachment } from "./trash/delete-attachment.ts";
import { purgeNotes } from "./trash/delete-for-good.ts";
import { deleteNote } from "./trash/delete-note.ts";
import { expireTrash } from "./trash/expire.ts";
import { listTrash } from "./trash/list.ts";
import { purgeFromTrash } from "./trash/purge.ts";
import { restoreFromTrash } from "./trash/restore.ts";
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
} from "./uploads/index.ts";
import { getUsage, quotaOf } from "./usage.ts";
import { deleteOldDeliveries } from "./webhooks/delete-old.ts";
import { listWebhookDeliveries, retryWebhookDelivery, testWebhook } from "./webhooks/deliveries.ts";
import { createWebhook, deleteWebhook, listWebhooks, rotateWebhookSecret, updateWebhook } from "./webhooks/manage.ts";

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
      await deps.db.invitations.deleteOld(clock());
      await deps.db.accountInvitations.deleteOld(clock());
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
