import { listActivity, listNoteActivity } from "./activity.ts";
import { createAllowance } from "./allowance.ts";
import {
  authenticateApiToken,
  createApiToken,
  createApiTokenOf,
  listApiTokens,
  revokeApiToken,
  revokeApiTokens,
  revokeApiTokensOf,
} from "./api-tokens.ts";
import { deleteAttachment, getAttachment, listSharedAttachments } from "./attachments.ts";
import { disableUser, enableUser, requireEnabled } from "./disabled-users.ts";
import { expireAuditEvents } from "./expire-audit-events.ts";
import { identifySubject } from "./identities.ts";
import { issueUrl } from "./issue-url.ts";
import { issueUrls } from "./issue-urls.ts";
import { deleteExpiredWindows } from "./limit-windows.ts";
import { admit } from "./links/admit.ts";
import { admitSender } from "./links/admit-sender.ts";
import { claimLink, issueClaimUrls } from "./links/claim.ts";
import { createFileLink, createLink } from "./links/create.ts";
import { deleteOldClaims } from "./links/delete-old-claims.ts";
import { getLink } from "./links/get.ts";
import { listLinks, listOwnLinks } from "./links/list.ts";
import { listLinkEvents } from "./links/list-events.ts";
import { lookAtLink } from "./links/look.ts";
import { type Pass, sealPass } from "./links/pass.ts";
import { createHashTurns } from "./links/password.ts";
import { receipts } from "./links/receipts.ts";
import { revokeLink } from "./links/revoke.ts";
import { unlockLink } from "./links/unlock.ts";
import { updateLink } from "./links/update.ts";
import { visitorUploads } from "./links/visitor-uploads.ts";
import { createNote, deleteNote, getNote, listAttachments, listNotes, updateNote } from "./notes.ts";
import { countPasswordGuess, forgetPasswordGuesses } from "./password-guesses.ts";
import { findPeople, getMe, rememberPerson } from "./people.ts";
import type { Deps } from "./ports/index.ts";
import { createRefusals } from "./refusals.ts";
import { reviewFile } from "./review-file.ts";
import { listShares, putShares, revokeShare } from "./shares.ts";
import { adoptObject } from "./storage/adopt.ts";
import { collectGarbage } from "./storage/collect-garbage.ts";
import { purgeObjects } from "./storage/purge.ts";
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
import { getUsage } from "./usage.ts";

const TOO_MANY_URLS = "You requested too many URLs in a short time. Wait until Retry-After has passed, then try again.";
const TOO_MANY_STARTS =
  "You started too many uploads in a short time. Wait until Retry-After has passed, then try again.";

/** Binds every use case to the database, the bucket, the clock and the limits. */
export function createUseCases(deps: Deps) {
  const { clock, limits } = deps;
  const refusals = createRefusals(deps);
  const urlParts = { refusals, allowance: createAllowance(limits.urlRate, { clock, problem: TOO_MANY_URLS }) };
  const starts = createAllowance(limits.uploadRate, { clock, problem: TOO_MANY_STARTS });
  const hashTurns = createHashTurns();
  const visits = { admit: admit(deps), allowance: urlParts.allowance };
  return {
    createNote: createNote(deps),
    listNotes: listNotes(deps),
    getNote: getNote(deps),
    listAttachments: listAttachments(deps),
    updateNote: updateNote(deps),
    deleteNote: deleteNote(deps),
    attachFile: attachFile(deps, starts),
    adoptObject: adoptObject(deps),
    getAttachment: getAttachment(deps),
    listSharedAttachments: listSharedAttachments(deps),
    deleteAttachment: deleteAttachment(deps),
    startUpload: startUpload(deps, starts),
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
    createApiToken: createApiToken(deps),
    authenticateApiToken: authenticateApiToken(deps),
    listApiTokens: listApiTokens(deps),
    revokeApiToken: revokeApiToken(deps),
    revokeApiTokens: revokeApiTokens(deps),
    revokeApiTokensOf: revokeApiTokensOf(deps),
    createApiTokenOf: createApiTokenOf(deps),
    disableUser: disableUser(deps),
    enableUser: enableUser(deps),
    requireEnabled: requireEnabled(deps),
    countPasswordGuess: countPasswordGuess(deps),
    forgetPasswordGuesses: forgetPasswordGuesses(deps),
    deleteExpiredWindows: deleteExpiredWindows(deps),
    deleteOldClaims: deleteOldClaims(deps),
    rememberPerson: rememberPerson(deps),
    identifySubject: identifySubject(deps),
    findPeople: findPeople(deps),
    getMe: getMe(deps),
    getUsage: getUsage(deps),
    lookAtLink: lookAtLink(deps, visits),
    unlockLink: unlockLink(deps, { ...visits, hashTurns }),
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
