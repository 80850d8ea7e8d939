import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import * as wire from "@valetkey/contract";
import type { FastifyBaseLogger, FastifyRequest } from "fastify";
import fastify from "fastify";
import { Type } from "typebox";
import { createRouteTable, handleErrors } from "../../../platform/http/error-handlers.ts";
import { createWriteTurns, httpLimits, inTurns } from "../../../platform/http/http-limits.ts";
import { RequestLog } from "../../../platform/http/logging.ts";
import { sendProblem } from "../../../platform/http/problem.ts";
import { createLoopTurns, parseJsonBodies } from "../../../platform/http/request-body.ts";
import { type App, operations } from "../../../platform/http/routes.ts";
import { buildSerializer, compileValidator } from "../../../platform/http/validation.ts";
import { allowNoBody, fitPage, readIdempotencyKey, toIso } from "../../../platform/http/wire.ts";
import type { Attachment } from "../../access/attachment.ts";
import { callerOf, idInApplication } from "../../access/caller.ts";
import { presentAttachment } from "../../attachments/routes.ts";
import { parseExpiresIn, presentAnswers } from "../../downloads/routes.ts";
import type { ItemName } from "../../outbox/file-event-queries.ts";
import type { People, PeopleVerbs } from "../../people/index.ts";
import {
  declaredPreviews,
  presentCompletedPreviews,
  presentStartedPreviews,
  previewSchemas,
} from "../../previews/routes.ts";
import { completeTogether } from "../../uploads/batch.ts";
import { presentFiles, presentOutcomes, presentPart, presentStarted, presentUpload } from "../../uploads/routes.ts";
import type { Files } from "../files.ts";
import { type FindUser, identificationHook, userOf } from "./handler.ts";

const Name = Type.String({ minLength: 1, maxLength: 255, ...wire.PlainText });
const ItemParams = Type.Object({ resource: Name, itemId: Name });
const FileParams = Type.Object({ fileId: wire.Id });

// An application names items, and does not know the notes that store their files.
const { noteId: _file, ...fileMembers } = wire.Attachment.properties;
const { noteId: _upload, ...uploadMembers } = wire.Upload.properties.upload.properties;
const ItemFile = Type.Object({ ...fileMembers, resource: Name, itemId: Name });

/** The schemas of all routes of an embedding. The upload routes use schemas of the service. */
const uploadSchemas = operations("uploads", {
  startUpload: {
    summary: "Start the upload of a file to an item. Asks `may` for `add`",
    params: ItemParams,
    headers: wire.StartUploadHeaders,
    body: wire.StartUploadBody,
    response: { 201: wire.StartedUpload },
  },
  startUploads: {
    summary: "Start the uploads of up to 100 files to an item. Asks `may` for `add`",
    params: ItemParams,
    body: wire.StartUploadsBody,
    response: { 200: wire.StartedUploads },
  },
  completeUploads: {
    summary: "Complete up to 100 uploads. The service verifies the stored bytes",
    body: wire.CompleteUploadsBody,
    response: { 200: wire.completedOf(ItemFile) },
  },
  getUpload: {
    summary: "Read the state of an upload. Only the user who started the upload",
    params: wire.UploadParams,
    response: { 200: Type.Object({ upload: Type.Object(uploadMembers) }) },
  },
  signParts: {
    summary: "Sign the URLs of parts of a large upload",
    params: wire.UploadParams,
    body: wire.SignPartsBody,
    response: { 200: wire.SignedParts },
  },
  completeUpload: {
    summary: "Complete an upload. The service verifies the stored bytes, and asks `may` for `add` again",
    params: wire.UploadParams,
    body: wire.CompleteUploadBody,
    response: { 200: ItemFile },
  },
  abortUpload: {
    summary: "Abort an upload, and delete its stored bytes",
    params: wire.UploadParams,
    response: { 204: Type.Null() },
  },
});

const fileSchemas = operations("attachments", {
  listFiles: {
    summary: "List the files of an item, the oldest file first. Asks `may` for `read`",
    params: ItemParams,
    querystring: wire.PageQuery,
    response: { 200: wire.pageOf(ItemFile) },
  },
  getFile: {
    summary: "Read a file. Asks `may` for `read`",
    params: FileParams,
    response: { 200: ItemFile },
  },
  removeFile: {
    summary: "Remove a file and its stored bytes. Asks `may` for `remove`",
    params: FileParams,
    response: { 204: Type.Null() },
  },
  issueUrl: {
    summary: "Issue a URL of a file. Asks `may` for `read`",
    params: FileParams,
    querystring: wire.UrlQuery,
    response: { 200: wire.FileUrl },
  },
  download: {
    summary: "Redirect to a URL of a file, for links in a page. Asks `may` for `read`",
    params: FileParams,
    querystring: wire.UrlQuery,
    response: { 302: Type.Null() },
  },
  issueUrls: {
    summary: "Issue the URLs of up to 1,000 files. Asks `mayMany` for `read`",
    body: Type.Object(
      {
        fileIds: Type.Array(wire.Id, { minItems: 1, maxItems: 1000 }),
        purpose: wire.FileUrlsBody.properties.purpose,
        preview: wire.FileUrlsBody.properties.preview,
        cacheable: wire.FileUrlsBody.properties.cacheable,
      },
      { additionalProperties: false },
    ),
    response: { 200: wire.FileUrls },
  },
});

export type EmbeddingRouteDeps = { files: Files; useCases: Pick<PeopleVerbs, "findPeople"> };

// The routes for URLs do not accept HEAD, because a HEAD request would issue and record a URL that no client receives.
const exposeHeadRoute = false;

/** Adds the routes for uploads to an item. They work as in the service, so that `@valetkey/client` can upload to an item. */
function embeddingUploadRoutes(app: App, deps: EmbeddingRouteDeps): void {
  const { files } = deps;
  app.post("/:resource/:itemId/uploads", { schema: uploadSchemas.startUpload }, async (request, reply) => {
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const file = { sha256: undefined, ...request.body, idempotencyKey };
    const { resource, itemId } = request.params;
    const started = await files.start(userOf(request), { resource, itemId, file });
    return reply.code(201).send(presentStarted(started));
  });

  const large = { bodyLimit: httpLimits.largeJsonBodyBytes };
  app.post("/:resource/:itemId/uploads/batch", { schema: uploadSchemas.startUploads, ...large }, async (request) => {
    const newFiles = request.body.uploads.map((file) => ({ sha256: undefined, ...file }));
    const outcomes = await files.startAll(userOf(request), { ...request.params, files: newFiles });
    return presentOutcomes(outcomes, presentStarted);
  });

  app.post("/uploads/complete", { schema: uploadSchemas.completeUploads }, async (request) => {
    const user = userOf(request);
    const { uploadIds } = request.body;
    const outcomes = await completeTogether(uploadIds, async (uploadId) => {
      const finish = await files.prepare(user, { uploadId });
      return async () => {
        const { attachment, item } = await finish();
        return describeFile(attachment, { item, deps });
      };
    });
    return { files: presentFiles(uploadIds, { outcomes, present: (file) => file }) };
  });

  app.get("/uploads/:uploadId", { schema: uploadSchemas.getUpload }, async (request) =>
    presentUpload(await files.getUpload(userOf(request), request.params.uploadId)),
  );

  app.post("/uploads/:uploadId/parts", { schema: uploadSchemas.signParts }, async (request) => {
    const { partNumbers } = request.body;
    const parts = await files.signParts(userOf(request), { uploadId: request.params.uploadId, partNumbers });
    return { parts: parts.map(presentPart) };
  });

  app.post(
    "/uploads/:uploadId/complete",
    { schema: uploadSchemas.completeUpload, bodyLimit: httpLimits.largeJsonBodyBytes, preValidation: allowNoBody },
    async (request) => {
      const input = { uploadId: request.params.uploadId, parts: request.body.parts };
      const { attachment, item } = await files.complete(userOf(request), input);
      return describeFile(attachment, { item, deps });
    },
  );

  app.delete("/uploads/:uploadId", { schema: uploadSchemas.abortUpload }, async (request, reply) => {
    await files.abort(userOf(request), request.params.uploadId);
    return reply.code(204).send(null);
  });
}

function embeddingFileRoutes(app: App, deps: EmbeddingRouteDeps): void {
  const { files, useCases } = deps;
  app.get("/:resource/:itemId", { schema: fileSchemas.listFiles }, async (request) => {
    const { resource, itemId } = request.params;
    const page = await files.list(userOf(request), { resource, itemId, page: request.query });
    const people = await useCases.findPeople(page.items.map(({ createdBy }) => createdBy));
    return fitPage(page, (attachment) => presentItemFile(attachment, { item: { resource, itemId }, people }));
  });

  app.get("/files/:fileId", { schema: fileSchemas.getFile }, async (request) => {
    const { attachment, item } = await files.get(userOf(request), request.params.fileId);
    return describeFile(attachment, { item, deps });
  });

  app.delete("/files/:fileId", { schema: fileSchemas.removeFile }, async (request, reply) => {
    await files.remove(userOf(request), request.params.fileId);
    return reply.code(204).send(null);
  });

  app.get("/files/:fileId/url", { schema: fileSchemas.issueUrl, exposeHeadRoute }, async (request) => {
    const input = { ...request.params, ...urlInputOf(request.query) };
    const { fileUrl, expiresInSeconds, expiresAt } = await files.issueUrl(userOf(request), input);
    return { fileUrl, expiresIn: expiresInSeconds, expiresAt: toIso(expiresAt) };
  });

  app.get("/files/:fileId/download", { schema: fileSchemas.download, exposeHeadRoute }, async (request, reply) => {
    const input = { ...request.params, ...urlInputOf(request.query) };
    return reply.redirect((await files.issueUrl(userOf(request), input)).fileUrl, 302);
  });

  app.post("/files/urls", { schema: fileSchemas.issueUrls }, async (request) => {
    const { cacheable = false, ...asked } = request.body;
    return { urls: presentAnswers(await files.issueUrls(userOf(request), { ...asked, isCacheable: cacheable })) };
  });

  app.post("/files/previews", { schema: previewSchemas.startPreviews }, async (request) =>
    presentStartedPreviews(await files.startPreviews(userOf(request), declaredPreviews(request.body))),
  );

  app.post("/files/previews/complete", { schema: previewSchemas.completePreviews }, async (request) =>
    presentCompletedPreviews(await files.completePreviews(userOf(request), request.body.previews)),
  );
}

function urlInputOf({ expiresIn, cacheable, ...asked }: wire.UrlQuery) {
  return { ...asked, expiresInSeconds: parseExpiresIn(expiresIn), isCacheable: cacheable === "true" };
}

async function describeFile(attachment: Attachment, { item, deps }: { item: ItemName; deps: EmbeddingRouteDeps }) {
  return presentItemFile(attachment, { item, people: await deps.useCases.findPeople([attachment.createdBy]) });
}

function presentItemFile(attachment: Attachment, { item, people }: { item: ItemName; people: People }) {
  const { noteId: _, ...file } = presentAttachment(attachment, people);
  const { resource, itemId } = item;
  // In the response, a user has the id that the application uses, without the prefix that the service adds.
  const createdBy = { ...file.createdBy, id: idInApplication(file.createdBy.id) ?? file.createdBy.id };
  return { ...file, createdBy, resource, itemId };
}

type EmbeddingAppOptions = EmbeddingRouteDeps & {
  findUser: FindUser;
  /** The origins of other web sites whose pages may send changes to the embedding. */
  origins: ReadonlySet<string>;
  logger: FastifyBaseLogger;
  requestId: () => string;
  /** Adds the routes for visitors of links. Undefined if the embedding has no option `links`. */
  visitorRoutes: ((app: App) => void) | undefined;
  /** Prepares the HTTP application before the routes are added, for example to document the routes. */
  prepare?: (app: App) => void;
};

/** Builds the HTTP application of an embedding. It never listens on a port, and the entry points in doors.ts pass requests to it. */
export function buildEmbeddingApp(options: EmbeddingAppOptions): App {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new RequestLog(),
    childLoggerFactory: (parent) => parent,
    genReqId: () => options.requestId(),
    schemaController: { compilersFactory: { buildSerializer } },
    bodyLimit: httpLimits.jsonBodyBytes,
    routerOptions: { maxParamLength: httpLimits.pathSegmentLength },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply as never),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App;
  app.decorateRequest("caller", null);
  app.decorateRequest("applicationUser", null);
  app.setValidatorCompiler(compileValidator);
  parseJsonBodies(app, { turns: createLoopTurns() });
  const table = createRouteTable();
  app.addHook("onRoute", (route) => table.add(route));
  options.prepare?.(app);
  handleErrors(app, { table });
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-content-type-options", "nosniff").header("x-request-id", request.id);
    done();
  });
  app.register(async (api: App) => {
    api.addHook("onRequest", identificationHook(options.findUser, options));
    const turns = { turns: createWriteTurns(), holderOf: (request: FastifyRequest) => callerOf(request).userId };
    api.addHook("onRoute", inTurns({ turns }));
    embeddingUploadRoutes(api, options);
    embeddingFileRoutes(api, options);
  });
  const { visitorRoutes } = options;
  if (visitorRoutes !== undefined) app.register(async (visitors: App) => visitorRoutes(visitors));
  return app;
}
