import {
  ClaimBody,
  ClaimUrlsBody,
  LinkClaim,
  LinkClaimParams,
  LinkCodeBody,
  LinkTokenParams,
  ProveLinkEmailBody,
  PublicLink,
  UnlockBody,
} from "@valetkey/contract";
import type { FastifyRequest } from "fastify";
import { networkOf } from "../../../platform/http/client-address.ts";
import { bodyIsOptional, emptyResponse, operations } from "../../../platform/http/openapi.ts";
import { readerLanguage } from "../../../platform/http/pages.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";
import { toIso } from "../../../platform/http/wire.ts";
import type { Metrics } from "../../../platform/metrics/requests.ts";
import type { PeopleVerbs } from "../../people/index.ts";
import type { LinkVerbs } from "../index.ts";
import type { ClaimUrls, Visitor } from "./claim.ts";
import { downloadRoutes } from "./download.ts";
import { presentLook } from "./present.ts";
import { type VisitorCookies, visitorCookies } from "./visitor-cookie.ts";
import { visitorHeaders } from "./visitor-headers.ts";

const isPublic = { security: [] as [] };

const schemas = operations("visitors", {
  lookAtLink: {
    ...isPublic,
    summary: "Read what a link opens. A link with a password shows nothing before it is unlocked",
    params: LinkTokenParams,
    response: { 200: PublicLink },
  },
  unlockLink: {
    ...isPublic,
    summary: "Unlock a link with its password. A cookie of the visitor remembers it",
    params: LinkTokenParams,
    body: UnlockBody,
    response: { 204: emptyResponse },
  },
  requestLinkCode: {
    ...isPublic,
    summary: "Send a code to an email address, if the link lists it. The response does not show whether it does",
    params: LinkTokenParams,
    body: LinkCodeBody,
    response: { 204: emptyResponse },
  },
  proveLinkEmail: {
    ...isPublic,
    summary: "Open a link for certain people with a code from a mail. A cookie of the visitor remembers it for a day",
    params: LinkTokenParams,
    body: ProveLinkEmailBody,
    response: { 204: emptyResponse },
  },
  claimLink: {
    ...isPublic,
    ...bodyIsOptional,
    summary: "Claim files of a link, which counts once, and get their first URLs",
    params: LinkTokenParams,
    body: ClaimBody,
    response: { 201: LinkClaim },
  },
  issueClaimUrls: {
    ...isPublic,
    ...bodyIsOptional,
    summary: "Get new URLs in the window of a claim. It counts nothing",
    params: LinkClaimParams,
    body: ClaimUrlsBody,
    response: { 200: LinkClaim },
  },
});

export type VisitorOptions = { bucketOrigins: readonly string[] };

// There are no HEAD routes, because a HEAD request would count as a visit, although no person sees a page.
const exposeHeadRoute = false;

/** How the routes of visitors read who the visitor is, and store it in a cookie. */
export type VisitorParts = { cookies: VisitorCookies; visitorOf: (request: FastifyRequest) => Visitor };

/** The routes for visitors, who open a link without an account. */
export function publicLinkRoutes(
  app: App,
  { bucketOrigins, ...deps }: RouteDeps<LinkVerbs & PeopleVerbs> & VisitorOptions,
): VisitorParts {
  const { useCases, metrics, publicUrl, clientIpOf } = deps;
  const cookies = visitorCookies({ publicUrl, seal: useCases.sealPass });
  const visitorOf = (request: FastifyRequest): Visitor => ({
    sealedPass: (linkId) => cookies.readPass(request, linkId),
    network: networkOf(request.clientAddress),
  });
  app.addHook("onRequest", visitorHeaders(publicUrl));
  // A download claim is for all files if the HTTP request names no files. So the body of this request is optional.
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

  app.post("/public/links/:token/claims/:claimId/urls", { schema: schemas.issueClaimUrls }, async (request) => {
    const { token, claimId } = request.params;
    const visitor = { ...visitorOf(request), ...wantedOf(request.body), clientIp: clientIpOf(request), claimId };
    return presentClaim(await useCases.issueClaimUrls(token, visitor), metrics);
  });

  downloadRoutes(app, { ...deps, bucketOrigins, cookies, visitorOf });
  return { cookies, visitorOf };
}

function wantedOf({ attachmentIds, disposition = "attachment", purpose }: ClaimBody) {
  return { attachmentIds, disposition, purpose };
}

function presentClaim({ claim, urls }: ClaimUrls, metrics: Metrics): LinkClaim {
  metrics.countUrls("issued", urls.length);
  return {
    claimId: claim.id,
    windowEndsAt: toIso(claim.windowEndsAt),
    urls: urls.map(({ attachmentId, fileUrl, expiresInSeconds, expiresAt }) => ({
      attachmentId,
      fileUrl,
      expiresIn: expiresInSeconds,
      expiresAt: toIso(expiresAt),
    })),
  };
}
