import { ReceiptKeys, VerifiedReceipt, VerifyReceiptBody } from "@valetkey/contract";
import { operations } from "../../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";

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
export function receiptRoutes(app: App, { useCases }: RouteDeps): void {
  app.post("/receipts/verify", { schema: schemas.verifyReceipt }, async (request) => ({
    isValid: useCases.receipts.verify(request.body),
  }));

  app.get("/receipts/key", { schema: schemas.getReceiptKeys }, async () => ({ keys: useCases.receipts.keys() }));
}
