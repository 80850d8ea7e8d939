import { AttachmentParams, FileUrl, FileUrls, FileUrlsBody, UrlQuery } from "@valetkey/contract";
import { Type } from "typebox";
import type { Caller } from "../../../domain/person.ts";
import type { IssuedUrl } from "../../../usecases/issue-url.ts";
import type { BatchAnswer } from "../../../usecases/issue-urls.ts";
import { callerOf } from "../../authentication.ts";
import { emptyResponse } from "../../openapi.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { toIso } from "../../wire-instant.ts";

const tags = ["urls"];

// A signed URL is percent-encoded ASCII, so there is nothing in it to escape, and looking costs a tenth of a batch.
const plainUrl = Type.String({ format: "unsafe" });
const UnescapedFileUrl = Type.Object({ ...FileUrl.properties, fileUrl: plainUrl });
const UnescapedFileUrls = Type.Object({
  urls: Type.Array(Type.Object({ ...FileUrls.properties.urls.items.properties, fileUrl: Type.Optional(plainUrl) })),
});

const issueUrl = {
  tags,
  operationId: "issueUrl",
  summary: "Get a URL of the file that works for expiresIn seconds",
  params: AttachmentParams,
  querystring: UrlQuery,
  response: { 200: UnescapedFileUrl },
};

const issueUrls = {
  tags,
  operationId: "issueUrls",
  summary: "Get URLs of up to 1,000 files; each id has its own answer, in the order asked",
  body: FileUrlsBody,
  response: { 200: UnescapedFileUrls },
};

const download = {
  tags,
  operationId: "download",
  summary: "Be redirected to a fresh URL of the file",
  params: AttachmentParams,
  querystring: UrlQuery,
  response: { 302: { ...emptyResponse, description: "Location is the URL" } },
};

// A HEAD would issue and record a URL that nobody gets to see.
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

  app.get("/attachments/:attachmentId/url", { schema: issueUrl, exposeHeadRoute }, async (request) => {
    const { fileUrl, expiresInSeconds, expiresAt } = await issue(callerOf(request), {
      ...request.params,
      ...request.query,
    });
    return { fileUrl, expiresIn: expiresInSeconds, expiresAt: toIso(expiresAt) };
  });

  app.get("/attachments/:attachmentId/download", { schema: download, exposeHeadRoute }, async (request, reply) =>
    reply.redirect((await issue(callerOf(request), { ...request.params, ...request.query })).fileUrl, 302),
  );

  app.post("/attachments/urls", { schema: issueUrls }, async (request) => {
    const { attachmentIds, expiresIn } = request.body;
    const answers = await useCases.issueUrls(callerOf(request), { attachmentIds, expiresInSeconds: expiresIn });
    const urls = presentAnswers(answers);
    metrics.countUrls(urls.reduce((count, { fileUrl }) => (fileUrl === undefined ? count : count + 1), 0));
    return { urls };
  });
}

/** `expiresIn` of a query in seconds; what isn't a whole number becomes NaN, which the use case refuses by naming the range. */
function parseExpiresIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function presentAnswers(answers: readonly BatchAnswer[]): FileUrls["urls"] {
  // All of a batch end at the same instant as a rule: it is written out once, not a thousand times.
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
