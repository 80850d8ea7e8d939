import type { Deps } from "../../platform/deps.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { createHashTurns } from "./hash-password.ts";
import { createFileLink, createLink } from "./owner/create.ts";
import { getLink } from "./owner/get.ts";
import { listLinks, listOwnLinks } from "./owner/list.ts";
import { listLinkEvents } from "./owner/list-events.ts";
import { revokeLink } from "./owner/revoke.ts";
import { updateLink } from "./owner/update.ts";
import { admit } from "./visitor/admit.ts";
import { claimLink, issueClaimUrls } from "./visitor/claim.ts";
import { deleteOldClaims } from "./visitor/delete-old-claims.ts";
import { deleteExpiredCodes, proveLinkEmail, requestLinkCode } from "./visitor/email-codes.ts";
import { describeRequest, lookAtLink } from "./visitor/look-at-link.ts";
import type { Pass } from "./visitor/pass.ts";
import { sealPass } from "./visitor/pass.ts";
import { unlockLink } from "./visitor/unlock.ts";

export type LinkVerbs = ReturnType<typeof createLinks>;

/** Creates what the rest of the service does with this feature. */
export function createLinks(deps: Deps, { allowance }: { allowance: Allowance }) {
  const hashTurns = createHashTurns();
  const visits = { admit: admit(deps), allowance };
  return {
    createLink: createLink(deps, hashTurns),
    createFileLink: createFileLink(deps, hashTurns),
    listLinks: listLinks(deps),
    listOwnLinks: listOwnLinks(deps),
    getLink: getLink(deps),
    updateLink: updateLink(deps, hashTurns),
    revokeLink: revokeLink(deps),
    listLinkEvents: listLinkEvents(deps),
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
    sealPass: (pass: Pass) => sealPass(deps.linkKeys.passes, pass),
  };
}
