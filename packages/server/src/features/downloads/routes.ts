import { DownloadParams, FileUrl, FileUrls, FileUrlsBody, UrlQuery } from "@valetkey/contract";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { DomainError } from "../../platform/errors.ts";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { DownloadVerbs } from "./index.ts";
import type { IssuedUrl } from "./issue-url.ts";
import { type BatchAnswer, isUrlRefusal, type UrlRefusal } from "./issue-urls.ts";

// A presigned URL is percent-encoded ASCII, and needs no JSON escaping. JSON escaping would take a tenth of the time of a batch.
const plainUrl = Type.String({ format: "unsafe" });
const UnescapedFileUrl = Type.Object({ ...FileUrl.properties, fileUrl: plainUrl });
const UnescapedFileUrls = Type.Object({
  urls: Type.Array(Type.Object({ ...FileUrls.properties.urls.items.properties, fileUrl: Type.Optional(plainUrl) })),
});

const schemas = operations("urls", {
  issueUrl: {
    summary: "Issue a URL of the file that expires after expiresIn seconds",
    params: DownloadParams,
    querystring: UrlQuery,
    response: { 200: UnescapedFileUrl },
  },
  issueUrls: {
    summary: "Issue URLs of up to 1,000 files. Each id has its own result, in the order of the request",
    body: FileUrlsBody,
    response: { 200: UnescapedFileUrls },
  },
  download: {
    summary: "Redirect to a new URL of the file",
    params: DownloadParams,
    querystring: UrlQuery,
    response: { 302: { ...emptyResponse, description: "Location is the URL of the file" } },
  },
});

// The routes of URLs have no HEAD routes, because a HEAD request would issue and record a URL that no client receives.
const exposeHeadRoute = false;

export function urlRoutes(app: App, { useCases, metrics, clientIpOf }: RouteDeps<DownloadVerbs>): void {
  const issue = async (
    request: Pick<FastifyRequest, "caller" | "clientAddress">,
    { attachmentId }: { attachmentId: string },
    asked: UrlQuery,
  ): Promise<IssuedUrl> => {
    const clientIp = clientIpOf(request);
    try {
      const issued = await useCases.issueUrl(callerOf(request), {
        attachmentId,
        expiresInSeconds: parseExpiresIn(asked.expiresIn),
        disposition: asked.disposition,
        purpose: asked.purpose,
        isCacheable: asked.cacheable === "true",
        preview: asked.preview,
        clientIp,
      });
      metrics.countUrls("issued");
      return issued;
    } catch (error) {
      if (error instanceof DomainError && isUrlRefusal(error.code)) metrics.countUrls(error.code);
      throw error;
    }
  };

  app.get("/attachments/:attachmentId/url", { schema: schemas.issueUrl, exposeHeadRoute }, async (request) => {
    const { fileUrl, expiresInSeconds, expiresAt } = await issue(request, request.params, request.query);
    return { fileUrl, expiresIn: expiresInSeconds, expiresAt: toIso(expiresAt) };
  });

  app.get(
    "/attachments/:attachmentId/download",
    { schema: schemas.download, exposeHeadRoute },
    async (request, reply) => reply.redirect((await issue(request, request.params, request.query)).fileUrl, 302),
  );

  app.post("/attachments/urls", { schema: schemas.issueUrls }, async (request) => {
    const { attachmentIds, expiresIn, purpose, preview, cacheable: isCacheable } = request.body;
    const asked = { attachmentIds, expiresInSeconds: expiresIn, purpose, preview, isCacheable };
    const input = { ...asked, clientIp: clientIpOf(request) };
    const answers = await useCases.issueUrls(callerOf(request), input);
    const urls = presentAnswers(answers);
    for (const [outcome, count] of countByOutcome(answers)) metrics.countUrls(outcome, count);
    return { urls };
  });
}

function countByOutcome(answers: readonly BatchAnswer[]): Map<"issued" | UrlRefusal, number> {
  const counts = new Map<"issued" | UrlRefusal, number>();
  for (const answer of answers) {
    const outcome = "code" in answer ? answer.code : "issued";
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

/** Parses `expiresIn` in seconds. Returns NaN for an invalid text, so that the use case throws an error with the valid range. */
export function parseExpiresIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

export function presentAnswers(answers: readonly BatchAnswer[]): FileUrls["urls"] {
  // The URLs of a batch usually have one expiry, so the code formats only a changed expiry.
  let instant = Number.NaN;
  let written = "";
  return answers.map((answer) => {
    if ("code" in answer) return answer;
    const { attachmentId, fileUrl, expiresAt } = answer;
    if (expiresAt !== instant) {
      instant = expiresAt;
      written = toIso(expiresAt);
    }
    return { attachmentId, fileUrl, expiresAt: written };
  });
}
