import * as wire from "@valetkey/contract";
import type { FastifyRequest } from "fastify";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { type App, bodyIsOptional, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { allowNoBody, readIdempotencyKey } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import { describeAttachment } from "../attachments/routes.ts";
import type { LinkVerbs } from "../links/index.ts";
import { presentSentFile, type VisitorParts } from "../links/visitor/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import { completeTogether } from "../uploads/batch.ts";
import { presentFiles, presentOutcomes, presentPart, presentSend, presentStartedSend } from "../uploads/routes.ts";
import type { RequestVerbs } from "./index.ts";
import type { Visit } from "./visitor-uploads.ts";

const isPublic = { security: [] as [] };

const schemas = operations("visitors", {
  startSend: {
    ...isPublic,
    summary: "Start an upload to a file request, directly to the bucket",
    params: wire.LinkTokenParams,
    headers: wire.StartUploadHeaders,
    body: wire.SendFileBody,
    response: { 201: wire.StartedSend },
  },
  startSends: {
    ...isPublic,
    summary: "Start up to 100 uploads to a file request",
    description:
      "The response has one result for each file, in the order of the request: an upload, or a problem of this file.",
    params: wire.LinkTokenParams,
    body: wire.SendFilesBody,
    response: { 200: wire.StartedSends },
  },
  completeSends: {
    ...isPublic,
    summary: "Complete up to 100 uploads of this visitor",
    description:
      "The response has one result for each id, in the order of the request: the file, or a problem of this upload. After 20 seconds, " +
      "uploads without a result have neither. Send their ids again.",
    params: wire.LinkTokenParams,
    body: wire.CompleteUploadsBody,
    response: { 200: wire.CompletedSends },
  },
  listSentFiles: {
    ...isPublic,
    summary: "List the files that this visitor sent",
    params: wire.LinkTokenParams,
    response: { 200: wire.SentFiles },
  },
  getSend: {
    ...isPublic,
    summary: "Get an upload of this visitor and its stored parts",
    params: wire.LinkUploadParams,
    response: { 200: wire.Send },
  },
  signSendParts: {
    ...isPublic,
    summary: "Sign parts of an upload of this visitor",
    params: wire.LinkUploadParams,
    body: wire.SignPartsBody,
    response: { 200: wire.SignedParts },
  },
  completeSend: {
    ...isPublic,
    summary: "Verify the stored object and hand it to the owner",
    description:
      "The file is `ready`, or `quarantined` when the request has a review. A slow verification shows `verifying` or `scanning` " +
      "first. Poll the upload every second or two.",
    params: wire.LinkUploadParams,
    body: wire.CompleteUploadBody,
    ...bodyIsOptional,
    response: { 200: wire.SentFile },
  },
  takeBackSend: {
    ...isPublic,
    summary: "Abort an upload of this visitor, or take back a file that they sent",
    params: wire.LinkUploadParams,
    response: { 204: emptyResponse },
  },
});

const UPLOADS = "/public/links/:token/uploads";

const isReceived = ({ state }: Pick<wire.SentFile, "state">) => state === "ready" || state === "quarantined";

type Received = { visit: Visit; sent: Pick<wire.SentFile, "state"> };

/** The functions that the routes for visitors' uploads call. An embedding has the same functions. */
export type SenderVerbs = Pick<RequestVerbs, "admitSender" | "visitorUploads"> & Pick<LinkVerbs, "recordUse">;

export function visitorUploadRoutes(
  app: App,
  { useCases, cookies, visitorOf }: { useCases: SenderVerbs } & VisitorParts,
): void {
  const { visitorUploads: uploads, admitSender } = useCases;
  /** Admits the visitor and sets no cookie. Only the start of an upload sets the cookie. */
  const visitOf = async (request: FastifyRequest, token: string) =>
    (await admitSender(token, visitorOf(request))).visit;

  /** Records that a receiver of the file request's mail has sent a file. */
  async function recordReceived(request: FastifyRequest, { visit, sent }: Received): Promise<void> {
    if (!isReceived(sent)) return;
    const { receiverCode: code } = visitorOf(request);
    await useCases.recordUse({ link: visit.link, recipient: undefined, code });
  }

  app.post(UPLOADS, { schema: schemas.startSend }, async (request, reply) => {
    const visitor = visitorOf(request);
    const { visit, pass } = await admitSender(request.params.token, { ...visitor, startsFrom: visitor.network });
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const file = { ...request.body, idempotencyKey };
    const started = await uploads.start(visit, { ...file, network: visitor.network });
    cookies.setPass(reply, pass);
    return reply.code(201).send(presentStartedSend(started));
  });

  const large = { bodyLimit: httpLimits.largeJsonBodyBytes };
  app.post(`${UPLOADS}/batch`, { schema: schemas.startSends, ...large }, async (request, reply) => {
    const visitor = visitorOf(request);
    const { visit, pass } = await admitSender(request.params.token, { ...visitor, startsFrom: visitor.network });
    const outcomes = await uploads.startAll(visit, { files: request.body.uploads, network: visitor.network });
    cookies.setPass(reply, pass);
    return presentOutcomes(outcomes, presentStartedSend);
  });

  app.post(`${UPLOADS}/complete`, { schema: schemas.completeSends }, async (request) => {
    const { uploadIds } = request.body;
    const visit = await visitOf(request, request.params.token);
    const outcomes = await completeTogether(uploadIds, (uploadId) => uploads.prepare(visit, { uploadId }));
    const files = presentFiles(uploadIds, { outcomes, present: presentSentFile });
    const received = files.find(({ file }) => file !== undefined && isReceived(file));
    if (received?.file !== undefined) await recordReceived(request, { visit, sent: received.file });
    return { files };
  });

  app.get(UPLOADS, { schema: schemas.listSentFiles }, async (request) => ({
    files: (await uploads.list(await visitOf(request, request.params.token))).map(presentSentFile),
  }));

  app.get(`${UPLOADS}/:uploadId`, { schema: schemas.getSend }, async (request) => {
    const { token, uploadId } = request.params;
    const visit = await visitOf(request, token);
    const sent = presentSend(await uploads.get(visit, uploadId));
    await recordReceived(request, { visit, sent: sent.upload });
    return sent;
  });

  app.post(`${UPLOADS}/:uploadId/parts`, { schema: schemas.signSendParts }, async (request) => {
    const { token, uploadId } = request.params;
    const input = { uploadId, partNumbers: request.body.partNumbers };
    return { parts: (await uploads.signParts(await visitOf(request, token), input)).map(presentPart) };
  });

  app.post(
    `${UPLOADS}/:uploadId/complete`,
    { schema: schemas.completeSend, bodyLimit: httpLimits.largeJsonBodyBytes, preValidation: allowNoBody },
    async (request) => {
      const { token, uploadId } = request.params;
      const input = { uploadId, parts: request.body.parts };
      const visit = await visitOf(request, token);
      const sent = presentSentFile(await uploads.complete(visit, input));
      await recordReceived(request, { visit, sent });
      return sent;
    },
  );

  app.delete(`${UPLOADS}/:uploadId`, { schema: schemas.takeBackSend }, async (request, reply) => {
    const { token, uploadId } = request.params;
    await uploads.takeBack(await visitOf(request, token), uploadId);
    return reply.code(204).send(null);
  });
}

type ReceiptVerbs = Pick<RequestVerbs, "admitSender" | "receipts">;

export function visitorReceiptRoutes(
  app: App,
  {
    useCases,
    publicUrl,
    visitorOf,
  }: Pick<RouteDeps<ReceiptVerbs>, "useCases" | "publicUrl"> & Pick<VisitorParts, "visitorOf">,
): void {
  app.get("/public/links/:token/receipts/:uploadId", { schema: receiptSchemas.getReceipt }, async (request) => {
    const { token, uploadId } = request.params;
    const { visit } = await useCases.admitSender(token, visitorOf(request));
    return useCases.receipts.issue(visit, { uploadId, issuer: new URL(publicUrl).origin });
  });
}

const receiptSchemas = operations("visitors", {
  getReceipt: {
    ...isPublic,
    summary: "Get the receipt of a file that this visitor sent",
    params: wire.LinkUploadParams,
    response: { 200: wire.Receipt },
  },
  verifyReceipt: {
    security: [] as [],
    summary: "Check the signature of a receipt",
    body: wire.VerifyReceiptBody,
    response: { 200: wire.VerifiedReceipt },
  },
  getReceiptKeys: {
    security: [] as [],
    summary: "Read the public keys of receipts, to check receipts without this service",
    response: { 200: wire.ReceiptKeys },
  },
});

/** The routes below /receipts. The routes are public, because everybody with a receipt may verify the receipt. */
export function receiptRoutes(app: App, { useCases }: { useCases: Pick<RequestVerbs, "receipts"> }): void {
  app.post("/receipts/verify", { schema: receiptSchemas.verifyReceipt }, async (request) => ({
    isValid: useCases.receipts.verify(request.body),
  }));

  app.get("/receipts/key", { schema: receiptSchemas.getReceiptKeys }, async () => ({ keys: useCases.receipts.keys() }));
}

const reviewSchemas = operations("attachments", {
  reviewAttachment: {
    summary: "Accept or reject the quarantined file of a visitor",
    description: "An accepted file is `ready`. A rejected file is `rejected`, and its stored file is deleted.",
    params: wire.AttachmentParams,
    body: wire.ReviewBody,
    response: { 200: wire.Attachment },
  },
});

/** The route through which the owner of a note accepts or rejects the file of a visitor. */
export function reviewRoutes(app: App, deps: RouteDeps<PeopleVerbs & RequestVerbs>): void {
  const { useCases } = deps;
  app.post("/attachments/:attachmentId/review", { schema: reviewSchemas.reviewAttachment }, async (request) => {
    const input = { attachmentId: request.params.attachmentId, decision: request.body.decision };
    return describeAttachment(await useCases.reviewFile(callerOf(request), input), deps);
  });
}
