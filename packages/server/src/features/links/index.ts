import type { Deps } from "../../platform/deps.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { createHashTurns } from "./hash-password.ts";
import { createFileLink, createLink, revokeLink, updateLink } from "./owner/change.ts";
import { getLink, listLinkEvents, listLinks, listOwnLinks } from "./owner/read.ts";
import { listReceivers, sendLink } from "./owner/send.ts";
import { admit, type CreatorRightsOf } from "./visitor/admit.ts";
import { claimLink, deleteOldClaims, issueClaimUrls } from "./visitor/claim.ts";
import { deleteExpiredCodes, proveLinkEmail, requestLinkCode } from "./visitor/email-codes.ts";
import { describeRequest, lookAtLink, unlockLink } from "./visitor/look-at-link.ts";
import { type Pass, sealPass } from "./visitor/pass.ts";
import { issueLinkPreviews } from "./visitor/previews.ts";
import { recordUse } from "./visitor/receiver-visits.ts";

export type LinkVerbs = ReturnType<typeof createLinks>;

type Parts = {
  allowance: Allowance;
  /** Default: the service reads the role of the link's creator from the database. */
  creatorRightsOf?: CreatorRightsOf | undefined;
};

export function createLinks(deps: Deps, { allowance, creatorRightsOf }: Parts) {
  const hashTurns = createHashTurns();
  const visits = { admit: admit(deps, creatorRightsOf), allowance };
  return {
    createLink: createLink(deps, hashTurns),
    createFileLink: createFileLink(deps, hashTurns),
    listLinks: listLinks(deps),
    listOwnLinks: listOwnLinks(deps),
    getLink: getLink(deps),
    updateLink: updateLink(deps, hashTurns),
    revokeLink: revokeLink(deps),
    listLinkEvents: listLinkEvents(deps),
    sendLink: sendLink(deps),
    listReceivers: listReceivers(deps),
    recordUse: recordUse(deps),
    hashTurns,
    deleteOldClaims: deleteOldClaims(deps),
    lookAtLink: lookAtLink(deps, visits),
    describeRequest: describeRequest(deps),
    unlockLink: unlockLink(deps, { ...visits, hashTurns }),
    requestLinkCode: requestLinkCode(deps, visits),
    proveLinkEmail: proveLinkEmail(deps, visits),
    deleteExpiredCodes: deleteExpiredCodes(deps),
    claimLink: claimLink(deps, visits),
    issueClaimUrls: issueClaimUrls(deps, visits),
    issueLinkPreviews: issueLinkPreviews(deps, visits),
    sealPass: (pass: Pass) => sealPass(deps.linkKeys.passes, pass),
  };
}
