import * as wire from "@valetkey/contract";
import type { SignedRequest } from "../../platform/bucket/port.ts";
import { DomainError } from "../../platform/errors.ts";
import { presentProblem } from "../../platform/http/problem.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { Outcome } from "../uploads/batch.ts";
import type { PreviewVerbs } from "./index.ts";
import type { DeclaredPreview } from "./start.ts";

export const previewSchemas = operations("attachments", {
  startPreviews: {
    summary: "Start the uploads of up to 100 preview pictures",
    description:
      "The person who uploaded a file sends small pictures of it: a WebP without animation, or a JPEG, without metadata. The service accepts " +
      "each picture once, from the start of the upload of the file until one hour after its completion. The response has one result for " +
      "each picture, in the order of the request: a signed PUT, or a problem.",
    body: wire.StartPreviewsBody,
    response: { 200: wire.StartedPreviews },
  },
  completePreviews: {
    summary: "Verify up to 100 stored preview pictures",
    description:
      "The response has one result for each picture, in the order of the request: the picture, or a problem. A wrong picture " +
      "has the code `preview_invalid` and never shows. Complete a picture with `service_busy` again.",
    body: wire.CompletePreviewsBody,
    response: { 200: wire.CompletedPreviews },
  },
});

/** The routes /attachments/previews. Each route runs the access query, which also refuses disabled users. */
export function previewRoutes(app: App, { useCases }: RouteDeps<PreviewVerbs>): void {
  app.post("/attachments/previews", { schema: previewSchemas.startPreviews }, async (request) => {
    return presentStartedPreviews(await useCases.startPreviews(callerOf(request), declaredPreviews(request.body)));
  });

  app.post("/attachments/previews/complete", { schema: previewSchemas.completePreviews }, async (request) => {
    return presentCompletedPreviews(await useCases.completePreviews(callerOf(request), request.body.previews));
  });
}

export function declaredPreviews({ previews }: wire.StartPreviewsBody): DeclaredPreview[] {
  return previews.map(({ checksum, ...each }) => ({ ...each, sha256: checksum.value }));
}

export function presentStartedPreviews(outcomes: readonly Outcome<SignedRequest>[]): wire.StartedPreviews {
  return {
    previews: outcomes.map((each) =>
      present(each, ({ method, url, headers, expiresAt }) => ({
        upload: { method, url, headers, expiresAt: toIso(expiresAt) },
      })),
    ),
  };
}

export function presentCompletedPreviews(outcomes: readonly Outcome<wire.Preview>[]): wire.CompletedPreviews {
  return { previews: outcomes.map((each) => present(each, (preview) => ({ preview }))) };
}

function present<Model, Result extends object>(outcome: Outcome<Model>, toResult: (model: Model) => Result) {
  return outcome instanceof DomainError ? { problem: presentProblem(outcome) } : toResult(outcome);
}
