import type { OpenedLink, PublicLink } from "@valetkey/contract";
import { toIso } from "../../../platform/http/wire.ts";
import type { Look, OpenLook } from "./look-at-link.ts";
import { type OpenRequest, presentRequest } from "./present-request.ts";

/** Presents a link to a visitor. `request` is defined for a link of the kind `upload`. */
export function presentLook(look: Look, request: OpenRequest | undefined): PublicLink {
  if (look.state === "locked") return { state: "locked", by: look.by };
  return { ...presentOpen(look), ...(request && { request: presentRequest(request) }) };
}

function presentOpen({ link, claim, creatorName, files, endsAt, abuseContact }: OpenLook): OpenedLink {
  const { kind, label, message, maxClaims, claims } = link;
  return {
    state: "open",
    kind,
    label,
    message,
    sharedBy: creatorName ?? "",
    expiresAt: endsAt === undefined ? null : toIso(endsAt),
    claimsLeft: maxClaims === undefined ? null : Math.max(0, maxClaims - claims),
    claim: claim === undefined ? null : { id: claim.id, windowEndsAt: toIso(claim.windowEndsAt) },
    ...(kind === "download" && {
      files: files.map(({ id, filename, sizeBytes, contentType }) => ({ id, filename, sizeBytes, contentType })),
    }),
    abuseContact: abuseContact ?? null,
  };
}
