import { listActivity, listNoteActivity } from "./activity.ts";
import { authenticateApiToken, createApiToken, listApiTokens, revokeApiToken } from "./api-tokens.ts";
import { deleteAttachment, getAttachment, listSharedAttachments } from "./attachments.ts";
import { issueUrl } from "./issue-url.ts";
import { issueUrls } from "./issue-urls.ts";
import { createNote, deleteNote, getNote, listNotes, updateNote } from "./notes.ts";
import { findPeople, getMe, rememberPerson } from "./people.ts";
import type { Deps } from "./ports/index.ts";
import { listShares, putShares, revokeShare } from "./shares.ts";
import { adoptObject } from "./storage/adopt.ts";
import { collectGarbage } from "./storage/gc.ts";
import { purgeObjects } from "./storage/purge.ts";
import { abortUpload, expireUploads } from "./uploads/abort.ts";
import { attachFile } from "./uploads/attach-form.ts";
import { completeUpload } from "./uploads/complete.ts";
import { getUpload, signParts } from "./uploads/parts.ts";
import { claimCheck, renewCheck, runCheck } from "./uploads/run-check.ts";
import { startUpload } from "./uploads/start.ts";
import { getUsage } from "./usage.ts";

/** Every verb of the service, bound to its database, bucket, clock and limits. */
export function createUseCases(deps: Deps) {
  return {
    createNote: createNote(deps),
    listNotes: listNotes(deps),
    getNote: getNote(deps),
    updateNote: updateNote(deps),
    deleteNote: deleteNote(deps),
    attachFile: attachFile(deps),
    adoptObject: adoptObject(deps),
    getAttachment: getAttachment(deps),
    listSharedAttachments: listSharedAttachments(deps),
    deleteAttachment: deleteAttachment(deps),
    startUpload: startUpload(deps),
    getUpload: getUpload(deps),
    signParts: signParts(deps),
    completeUpload: completeUpload(deps),
    abortUpload: abortUpload(deps),
    issueUrl: issueUrl(deps),
    issueUrls: issueUrls(deps),
    putShares: putShares(deps),
    listShares: listShares(deps),
    revokeShare: revokeShare(deps),
    listNoteActivity: listNoteActivity(deps),
    listActivity: listActivity(deps),
    createApiToken: createApiToken(deps),
    authenticateApiToken: authenticateApiToken(deps),
    listApiTokens: listApiTokens(deps),
    revokeApiToken: revokeApiToken(deps),
    rememberPerson: rememberPerson(deps),
    findPeople: findPeople(deps),
    getMe: getMe(deps),
    getUsage: getUsage(deps),
    purgeObjects: purgeObjects(deps),
    expireUploads: expireUploads(deps),
    collectGarbage: collectGarbage(deps),
    claimCheck: claimCheck(deps),
    renewCheck: renewCheck(deps),
    runCheck: runCheck(deps),
  };
}

export type UseCases = ReturnType<typeof createUseCases>;
