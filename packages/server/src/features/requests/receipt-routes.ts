import {
  Attachment,
  AttachmentParams,
  ReceiptKeys,
  ReviewBody,
  VerifiedReceipt,
  VerifyReceiptBody,
} from "@valetkey/contract";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { callerOf } from "../access/caller.ts";
import { describeAttachment } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { RequestVerbs } from "./index.ts";

const isPublic = { security: [] as [] };

const schemas = operations("visitors", {
  verifyReceipt: {
    ...isPublic,
    summary: "Check the signature of a receipt",
    body: VerifyReceiptBody,
    response: { 200: VerifiedReceipt },
  },
  getReceiptKeys: {
    ...isPublic,
    summary: "Read the public keys of receipts, to check receipts without this service",
    response: { 200: ReceiptKeys },
  },
});

/** The routes below /receipts. They are public, because everybody who has a receipt may verify it. */
export function receiptRoutes(app: App, { useCases }: RouteDeps<PeopleVerbs & RequestVerbs>): void {
  app.post("/receipts/verify", { schema: schemas.verifyReceipt }, async (request) => ({
    isValid: useCases.receipts.verify(request.body),
  }));

  app.get("/receipts/key", { schema: schemas.getReceiptKeys }, async () => ({ keys: useCases.receipts.keys() }));
}

const reviewSchemas = operations("attachments", {
  reviewAttachment: {
    summary: "Accept or reject the quarantined file of a visitor",
    description: "An accepted file is `ready`. A rejected file is `rejected`, and its stored file is deleted.",
    params: AttachmentParams,
    body: ReviewBody,
    response: { 200: Attachment },
  },
});

/** The route with which the owner of a note accepts or rejects the file of a visitor. */
export function reviewRoutes(app: App, deps: RouteDeps<PeopleVerbs & RequestVerbs>): void {
  const { useCases } = deps;
  app.post("/attachments/:attachmentId/review", { schema: reviewSchemas.reviewAttachment }, async (request) => {
    const input = { attachmentId: request.params.attachmentId, decision: request.body.decision };
    return describeAttachment(await useCases.reviewFile(callerOf(request), input), deps);
  });
}
