import type { OpenedLink, PublicLink } from "@valetkey/contract";
import type { Look, OpenLook } from "../../../usecases/links/look.ts";
import { toIso } from "../../wire-instant.ts";

export function presentLook(look: Look): PublicLink {
  return look.state === "locked" ? { state: "locked" } : presentOpen(look);
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
