import { AttachmentParams, FileUrl, FileUrls, FileUrlsBody, UrlQuery } from "@valetkey/contract";
import { Type } from "typebox";
import type { Caller } from "../../../domain/person.ts";
import type { IssuedUrl } from "../../../usecases/issue-url.ts";
import type { BatchAnswer } from "../../../usecases/issue-urls.ts";
import { callerOf } from "../../authentication.ts";
import { emptyResponse, operations } from "../../openapi.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { toIso } from "../../wire-instant.ts";

// A presigned URL is percent-encoded ASCII and needs no escaping, which would cost a tenth of a batch.
const plainUrl = Type.String({ format: "unsafe" });
const UnescapedFileUrl = Type.Object({ ...FileUrl.properties, fileUrl: plainUrl });
const UnescapedFileUrls = Type.Object({
  urls: Type.Array(Type.Object({ ...FileUrls.properties.urls.items.properties, fileUrl: Type.Optional(plainUrl) })),
});

const schemas = operations("urls", {
  issueUrl: {
    summary: "Issue a URL of the file that expires after expiresIn seconds",
    params: AttachmentParams,
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
    params: AttachmentParams,
    querystring: UrlQuery,
    response: { 302: { ...emptyResponse, description: "Location is the URL of the file" } },
  },
});

// A HEAD would issue and record a URL that no client receives.
const exposeHeadRoute = false;

/** GET /attachments/:attachmentId/url and /download, POST /attachments/urls. */
export function urlRoutes(app: App, { useCases, metrics }: RouteDeps): void {
  const issue = async (caller: Caller, asked: UrlQuery & { attachmentId: string }): Promise<IssuedUrl> => {
    const issued = await useCases.issueUrl(caller, {
      attachmentId: asked.attachmentId,
      expiresInSeconds: parseExpiresIn(asked.expiresIn),
      disposition: asked.disposition,
    });
    metrics.countUrls(1);
    return issued;
  };

  app.get("/attachments/:attachmentId/url", { schema: schemas.issueUrl, exposeHeadRoute }, async (request) => {
    const { fileUrl, expiresInSeconds, expiresAt } = await issue(callerOf(request), {
      ...request.params,
      ...request.query,
    });
    return { fileUrl, expiresIn: expiresInSeconds, expiresAt: toIso(expiresAt) };
  });

  app.get(
    "/attachments/:attachmentId/download",
    { schema: schemas.download, exposeHeadRoute },
    async (request, reply) =>
      reply.redirect((await issue(callerOf(request), { ...request.params, ...request.query })).fileUrl, 302),
  );

  app.post("/attachments/urls", { schema: schemas.issueUrls }, async (request) => {
    const { attachmentIds, expiresIn } = request.body;
    const answers = await useCases.issueUrls(callerOf(request), { attachmentIds, expiresInSeconds: expiresIn });
    const urls = presentAnswers(answers);
    metrics.countUrls(urls.reduce((count, { fileUrl }) => (fileUrl === undefined ? count : count + 1), 0));
    return { urls };
  });
}

/** Parses `expiresIn` in seconds. Other text becomes NaN, so that the use case refuses it and names the range. */
function parseExpiresIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function presentAnswers(answers: readonly BatchAnswer[]): FileUrls["urls"] {
  // The URLs of a batch usually share one expiry, so it is formatted once.
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
