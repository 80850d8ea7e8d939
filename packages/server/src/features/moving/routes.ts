import * as wire from "@valetkey/contract";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { readIdempotencyKey } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import { describeAttachment } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { MovingVerbs } from "./index.ts";

const schemas = operations("attachments", {
  moveAttachment: {
    summary: "Move a file to another note",
    description:
      "You must be allowed to delete the file and to add files to the other note. People and links of the former note lose the file. " +
      "Shares of the file itself stay, and links that list the file lose it. To a note of another owner, the service copies the file and " +
      "moves the original to the trash, so the response has another id.",
    params: wire.AttachmentParams,
    headers: wire.CopyAttachmentHeaders,
    body: wire.MoveAttachmentBody,
    response: { 200: wire.Attachment },
  },
  copyAttachment: {
    summary: "Copy a file to a note",
    description:
      "You must be allowed to download the file and to add files to the note. The copy counts in the quota of the owner of the note. The " +
      "bucket copies the bytes, so the request for a large file may take minutes. Repeat it with the same Idempotency-Key.",
    params: wire.AttachmentParams,
    headers: wire.CopyAttachmentHeaders,
    body: wire.CopyAttachmentBody,
    response: { 201: wire.Attachment },
  },
  describeMove: {
    summary: "Count who loses access if you move files of one note to another note",
    body: wire.MoveEffectsBody,
    response: { 200: wire.MoveEffects },
  },
});

export function movingRoutes(app: App, deps: RouteDeps<MovingVerbs & PeopleVerbs>): void {
  const { useCases, takeTurn } = deps;
  app.post("/attachments/:attachmentId/move", { schema: schemas.moveAttachment }, async (request) => {
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const input = { attachmentId: request.params.attachmentId, ...request.body, idempotencyKey };
    return describeAttachment(await useCases.moveFile(callerOf(request), input), deps);
  });

  app.post("/attachments/:attachmentId/copy", { schema: schemas.copyAttachment }, async (request, reply) => {
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const input = { attachmentId: request.params.attachmentId, ...request.body, idempotencyKey };
    const copy = await useCases.copyFile(callerOf(request), input);
    return reply.code(201).send(await describeAttachment(copy, deps));
  });

  app.post("/attachments/move-effects", { schema: schemas.describeMove, preHandler: takeTurn }, async (request) =>
    useCases.describeMove(callerOf(request), request.body),
  );
}
