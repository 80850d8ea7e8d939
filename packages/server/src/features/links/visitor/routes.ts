import * as wire from "@valetkey/contract";
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { networkOf } from "../../../platform/http/client-address.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { readerLanguage } from "../../../platform/http/reader-language.ts";
import { type App, bodyIsOptional, emptyResponse, operations, type RouteDeps } from "../../../platform/http/routes.ts";
import { SAFE_METHODS } from "../../../platform/http/session-cookie.ts";
import { toIso } from "../../../platform/http/wire.ts";
import type { Metrics } from "../../../platform/metrics/requests.ts";
import { namesOf, presentRejection } from "../../access/attachment.ts";
import type { VisitorUpload } from "../file-request.ts";
import type { LinkVerbs } from "../index.ts";
import type { Link, LinkedFile } from "../link.ts";
import type { ClaimUrls, Visitor } from "./claim.ts";
import { downloadRoutes } from "./download.ts";
import type { Look, OpenLook, OpenRequest } from "./look-at-link.ts";
import { type VisitorCookies, visitorCookies } from "./pass.ts";

const isPublic = { security: [] as [] };

const schemas = operations("visitors", {
  lookAtLink: {
    ...isPublic,
    summary: "Read what a link opens. A link with a password shows nothing before it is unlocked",
    params: wire.LinkTokenParams,
    headers: wire.ReceiverHeaders,
    response: { 200: wire.PublicLink },
  },
  unlockLink: {
    ...isPublic,
    summary: "Unlock a link with its password. A cookie keeps the link unlocked for the visitor",
    params: wire.LinkTokenParams,
    body: wire.UnlockBody,
    response: { 204: emptyResponse },
  },
  requestLinkCode: {
    ...isPublic,
    summary: "Send a code to an email address that the link lists. The response is the same for any email address",
    params: wire.LinkTokenParams,
    body: wire.LinkCodeBody,
    response: { 204: emptyResponse },
  },
  proveLinkEmail: {
    ...isPublic,
    summary: "Open a link for certain people with a code from a mail. A cookie keeps the link open for a day",
    params: wire.LinkTokenParams,
    body: wire.ProveLinkEmailBody,
    response: { 204: emptyResponse },
  },
  claimLink: {
    ...isPublic,
    ...bodyIsOptional,
    summary: "Claim files of a link, which counts once, and get their first URLs",
    params: wire.LinkTokenParams,
    headers: wire.ReceiverHeaders,
    body: wire.ClaimBody,
    response: { 201: wire.LinkClaim },
  },
  issueLinkPreviews: {
    ...isPublic,
    summary: "Get URLs of the small pictures of up to 100 files. Counts no claim",
    description:
      "Only if the owner of the link shows pictures before the download. Each id has its own result, in the order of the request.",
    params: wire.LinkTokenParams,
    body: wire.LinkPreviewsBody,
    response: { 200: wire.LinkPreviewUrls },
  },
  issueClaimUrls: {
    ...isPublic,
    ...bodyIsOptional,
    summary: "Get new URLs in the window of a claim. Counts no further claim",
    params: wire.LinkClaimParams,
    headers: wire.ReceiverHeaders,
    body: wire.ClaimUrlsBody,
    response: { 200: wire.LinkClaim },
  },
});

export type VisitorOptions = {
  bucketOrigins: readonly string[];
  /** The origins of other web pages that may call the routes. Default: only pages of the origin of `publicUrl` may call the routes. */
  origins?: ReadonlySet<string>;
  /** Whether a browser with JavaScript shows another page of the link. Default: true. */
  hasOtherPage?: boolean;
};

/** The functions that the routes for visitors call. An embedding has the same functions. */
export type VisitorDeps = Pick<RouteDeps<LinkVerbs>, "useCases" | "publicUrl" | "clientIpOf" | "plainPages"> & {
  metrics: Pick<Metrics, "countUrls">;
};

// A HEAD request would count as a visit although no person sees a page, so the routes have no HEAD routes.
const exposeHeadRoute = false;

/** How the routes of visitors identify the visitor, and store the pass in a cookie. */
export type VisitorParts = { cookies: VisitorCookies; visitorOf: (request: FastifyRequest) => Visitor };

/** The routes for visitors, who open a link without an account. */
export function publicLinkRoutes(
  app: App,
  { bucketOrigins, origins = new Set(), hasOtherPage = true, ...deps }: VisitorDeps & VisitorOptions,
): VisitorParts {
  const { useCases, metrics, publicUrl, clientIpOf } = deps;
  const cookies = visitorCookies({ publicUrl, seal: useCases.sealPass });
  const visitorOf = (request: FastifyRequest): Visitor => ({
    sealedPass: (linkId) => cookies.readPass(request, linkId),
    network: networkOf(request.clientAddress),
    receiverCode: receiverCodeOf(request),
  });
  app.addHook("onRequest", visitorHeaders(publicUrl, origins));
  // The body of the request is optional, because a claim without a body is for all files of the link.
  app.addHook("preValidation", async (request) => {
    if (request.method === "POST") request.body ??= {};
  });

  app.get("/public/links/:token", { schema: schemas.lookAtLink, exposeHeadRoute }, async (request, reply) => {
    const look = await useCases.lookAtLink(request.params.token, visitorOf(request));
    if (look.state === "open") cookies.setPass(reply, look.pass);
    const isRequest = look.state === "open" && look.link.kind === "upload";
    const visit = isRequest ? { link: look.link, visitorId: look.pass.visitorId } : undefined;
    return presentLook(look, visit && (await useCases.describeRequest(visit)));
  });

  app.post("/public/links/:token/unlock", { schema: schemas.unlockLink }, async (request, reply) => {
    const { password } = request.body;
    cookies.setPass(reply, await useCases.unlockLink(request.params.token, { ...visitorOf(request), password }));
    return reply.code(204).send(null);
  });

  app.post("/public/links/:token/codes", { schema: schemas.requestLinkCode }, async (request, reply) => {
    await useCases.requestLinkCode(request.params.token, {
      ...visitorOf(request),
      ...request.body,
      language: readerLanguage(request.headers),
    });
    return reply.code(204).send(null);
  });

  app.post("/public/links/:token/email", { schema: schemas.proveLinkEmail }, async (request, reply) => {
    const visitor = { ...visitorOf(request), ...request.body };
    cookies.setPass(reply, await useCases.proveLinkEmail(request.params.token, visitor));
    return reply.code(204).send(null);
  });

  app.post("/public/links/:token/claims", { schema: schemas.claimLink }, async (request, reply) => {
    const visitor = { ...visitorOf(request), ...wantedOf(request.body), clientIp: clientIpOf(request) };
    const claimed = await useCases.claimLink(request.params.token, visitor);
    cookies.setPass(reply, claimed.pass);
    return reply.code(201).send(presentClaim(claimed, metrics));
  });

  app.post("/public/links/:token/previews", { schema: schemas.issueLinkPreviews }, async (request, reply) => {
    const visitor = { ...visitorOf(request), ...request.body, clientIp: clientIpOf(request) };
    const { urls, pass } = await useCases.issueLinkPreviews(request.params.token, visitor);
    cookies.setPass(reply, pass);
    metrics.countUrls("issued", urls.filter((each) => "fileUrl" in each).length);
    return {
      urls: urls.map((each) => ("fileUrl" in each ? { ...each, expiresAt: toIso(each.expiresAt) } : each)),
    };
  });

  app.post("/public/links/:token/claims/:claimId/urls", { schema: schemas.issueClaimUrls }, async (request) => {
    const { token, claimId } = request.params;
    const visitor = { ...visitorOf(request), ...wantedOf(request.body), clientIp: clientIpOf(request), claimId };
    return presentClaim(await useCases.issueClaimUrls(token, visitor), metrics);
  });

  downloadRoutes(app, { ...deps, bucketOrigins, hasOtherPage, cookies, visitorOf });
  return { cookies, visitorOf };
}

/** Returns the code from the URL of a mail. Ignores an invalid header, because the visitor may still open the link. */
function receiverCodeOf({ headers }: FastifyRequest): string | undefined {
  const code = headers["link-receiver"];
  return typeof code === "string" ? code : undefined;
}

function wantedOf({ attachmentIds, disposition = "attachment", purpose, preview }: wire.ClaimBody) {
  return { attachmentIds, disposition: preview === undefined ? disposition : ("inline" as const), purpose, preview };
}

function presentClaim({ claim, urls }: ClaimUrls, metrics: VisitorDeps["metrics"]): wire.LinkClaim {
  metrics.countUrls("issued", urls.length);
  return {
    claimId: claim.id,
    windowEndsAt: toIso(claim.windowEndsAt),
    urls: urls.map(({ attachmentId, fileUrl, expiresInSeconds, expiresAt, sha256 }) => ({
      attachmentId,
      fileUrl,
      expiresIn: expiresInSeconds,
      expiresAt: toIso(expiresAt),
      ...(sha256 !== null && { sha256 }),
    })),
  };
}

/** Converts a link to the form that a visitor sees. Only a file request has a `request`. */
export function presentLook(look: Look, request: OpenRequest | undefined): wire.PublicLink {
  if (look.state === "locked") return { state: "locked", by: look.by };
  return { ...presentOpen(look), ...(request && { request: presentRequest(request) }) };
}

function presentOpen({ link, claim, creatorName, files, endsAt, abuseContact }: OpenLook): wire.OpenedLink {
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
      files: files.map((file) => presentLinkFile(file, link)),
    }),
    abuseContact: abuseContact ?? null,
  };
}

function presentLinkFile(
  { id, sizeBytes, contentType, previewsJson, ...file }: LinkedFile,
  { showPreviews }: Pick<Link, "showPreviews">,
): wire.LinkFile {
  const previews = showPreviews && previewsJson !== null ? { previews: JSON.parse(previewsJson) } : {};
  return { id, ...namesOf(file), sizeBytes, contentType, ...previews };
}

/** Converts a file request to the form for a visitor: its limits, the remaining files and bytes, and the files that the visitor sent. */
export function presentRequest({ request, used, sent }: OpenRequest): NonNullable<wire.OpenedLink["request"]> {
  const { maxFiles, maxBytesTotal, slots } = request;
  return {
    ...request,
    slots: slots.map((slot) => ({ ...slot, isFilled: used.filledSlots.includes(slot.id) })),
    filesLeft: Math.max(0, maxFiles - used.files),
    bytesLeft: Math.max(0, maxBytesTotal - used.bytes),
    sent: sent.map(presentSentFile),
  };
}

export function presentSentFile({ uploadId, attachment, file }: VisitorUpload): wire.SentFile {
  const { sizeBytes, state } = attachment;
  return {
    uploadId,
    ...namesOf(attachment),
    sizeBytes,
    state,
    ...presentRejection(attachment),
    slotId: file.slotId ?? null,
  };
}

/**
 * Returns an `onRequest` hook for the routes that visitors of public links call. The hook tells caches and search engines not to store a
 * response. The hook also refuses writes from pages of another origin that is not in `origins`.
 * The page without JavaScript has the Referrer-Policy no-referrer, so its forms send the Origin `null`.
 */
export function visitorHeaders(publicUrl: string, origins: ReadonlySet<string> = new Set()): onRequestHookHandler {
  const publicOrigin = new URL(publicUrl).origin;
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    reply.headers({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex, nofollow",
    });
    const isKnown = SAFE_METHODS.has(request.method) || origins.has(request.headers.origin ?? "");
    const isRefused = !isKnown && isCrossSite(request, publicOrigin);
    done(
      isRefused
        ? new HttpProblem("cross_site_request", "This request must come from a page of this service.")
        : undefined,
    );
  };
}

function isCrossSite({ headers }: FastifyRequest, publicOrigin: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  return headers.origin !== undefined && headers.origin !== "null" && headers.origin !== publicOrigin;
}
