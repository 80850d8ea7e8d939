import { Attachment, AttachmentParams } from "@valetkey/contract";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { callerOf } from "../access/authentication.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { AttachmentVerbs } from "./index.ts";
import { describeAttachment } from "./present.ts";

const schemas = operations("attachments", {
  getAttachment: {
    summary: "Read the metadata of an attachment",
    params: AttachmentParams,
    response: { 200: Attachment },
  },
});

/** The routes /attachments and /attachments/:attachmentId. */
export function attachmentRoutes(app: App, deps: RouteDeps<AttachmentVerbs & PeopleVerbs>): void {
  const { useCases } = deps;

  app.get("/attachments/:attachmentId", { schema: schemas.getAttachment }, async (request) =>
    describeAttachment(await useCases.getAttachment(callerOf(request), request.params.attachmentId), deps),
  );
}
