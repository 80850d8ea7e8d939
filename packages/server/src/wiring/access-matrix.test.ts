import { Readable } from "node:stream";
import { beforeAll, describe, expect, it } from "vitest";
import { bucketOn } from "../platform/bucket/testing/bucket-server.ts";
import { engines } from "../testing/database/test-databases.ts";
import { IS_OF_VISITORS, keyToAdopt, requestOf, routesOf, WITH_JSON } from "../testing/sample-requests.ts";
import type { Client } from "../testing/service.ts";
import { startServiceInTest, useService } from "../testing/use-service.ts";
import { createWorld, people, type World } from "../testing/world.ts";

// docs/security-requirements.md, requirement 15: the result of every route for every user. The last column is for the owner of a deleted
// note. For a batch request, a cell contains the code of each item of the batch, and not the HTTP status.
const columns = [...people, "anonymous", "deletedNote"] as const;
type Cell = number | string;
type Row = readonly [call: string, ...expected: Cell[]];
type Outcomes = Record<string, Cell>;

const DENIED = "access_denied";
const ADOPT = `POST /notes/:noteId/attachments${WITH_JSON}`;
const GONE = "attachment_not_found";
const NO_NOTE = "note_not_found";
const UNKNOWN = "upload_not_found";
const INVALID = "preview_invalid";
const NO_PREVIEW = "preview_not_found";
const NO_FILE = "upload_not_pending";

// biome-ignore format: the columns of the table stay aligned
const table: readonly Row[] = [
  //                                          owner editor viewer file  expired revoked othNote othFile other  anon deleted
  ["GET /notes/:noteId",                       200,  200,   200,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PATCH /notes/:noteId",                     200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /notes/:noteId",                    204,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PUT /notes/:noteId/seen",                  204,  204,   204,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PUT /notes/:noteId/pin",                   204,  204,   204,  403,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /notes/:noteId/pin",                204,  204,   204,  204,    204,    204,    204,    204,   204,  401,  204],
  ["GET /notes/:noteId/attachments",           200,  200,   200,  403,    403,    403,    403,    403,   403,  401,  404],
  ["POST /notes/:noteId/attachments",          201,  201,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  // Adopts an object that is already in the bucket. Only administrators may adopt objects.
  [ADOPT,
                                               403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /notes/:noteId/uploads",              201,  201,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["POST /notes/:noteId/uploads/batch",        200,  200, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, 401, NO_NOTE],
  ["GET /notes/:noteId/shares",                200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PUT /notes/:noteId/shares",                200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /notes/:noteId/shares/:userId",     204,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /notes/:noteId/activity",              200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /notes/:noteId/activity/downloads",    200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /attachments/:attachmentId",           200,  200,   200,  200,    403,    403,    403,    403,   403,  401,  404],
  ["PATCH /attachments/:attachmentId",         200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PUT /attachments/:attachmentId/seen",      204,  204,   204,  204,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /attachments/:attachmentId",        204,  204,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  // features/moving/routes.test.ts tests every pair of roles on the two notes. Here, the file stays on its note. The bucket of this test
  // has no object for the file, so a permitted copy returns 422.
  ["POST /attachments/:attachmentId/move",     200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["POST /attachments/:attachmentId/copy",     422,  422,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["POST /attachments/move-effects",           200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  // A viewer may not review files. The owner and an editor may review files, but get 409, because the file of this test is not quarantined.
  ["POST /attachments/:attachmentId/review",   409,  409,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /attachments/:attachmentId/url",       200,  200,   200,  200,    403,    403,    403,    403,   403,  401,  404],
  ["GET /attachments/:attachmentId/download",  302,  302,   302,  302,    403,    403,    403,    403,   403,  401,  404],
  ["POST /attachments/urls",                   200,  200,   200,  200, DENIED, DENIED, DENIED, DENIED, DENIED, 401, GONE],
  // Only the sender of a file may send its previews. The file of this test is too small for a preview.
  ["POST /attachments/previews",           INVALID, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, 401, GONE],
  ["POST /attachments/previews/complete", NO_PREVIEW, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, 401, GONE],
  ["GET /attachments/:attachmentId/shares",    200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PUT /attachments/:attachmentId/shares",    200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /attachments/:attachmentId/shares/:userId",
                                               204,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /notes/:noteId/access-requests",       200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PUT /notes/:noteId/access-requests/:userId",
                                               204,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /notes/:noteId/access-requests/:userId",
                                               204,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  // Every signed-in user gets 202, so that the response does not reveal whether the note exists.
  ["POST /notes/:noteId/access-requests",      202,  202,   202,  202,    202,    202,    202,    202,   202,  401,  202],
  // For other users than the owner of the note, the invitation does not exist, so the routes return 404.
  ["PATCH /invitations/:invitationId",         200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["DELETE /invitations/:invitationId",        204,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["GET /notes/:noteId/links",                 200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["POST /notes/:noteId/links",                201,  201,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /attachments/:attachmentId/links",     200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["POST /attachments/:attachmentId/links",    201,  201,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /links/:linkId",                       200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["PATCH /links/:linkId",                     200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["DELETE /links/:linkId",                    200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /links/:linkId/mails",                 200,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  // The service of this test sends no mails, so even the owner gets 403 (links/owner/send.test.ts).
  ["POST /links/:linkId/mails",                403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /links/:linkId/events",                200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  // For other users, the upload does not exist (404). The owner gets 409 for the completion, because the test has sent no file.
  ["GET /uploads/:uploadId",                   200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /uploads/:uploadId/parts",            200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /uploads/:uploadId/complete",         409,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /uploads/complete",               NO_FILE, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 401, UNKNOWN],
  ["DELETE /uploads/:uploadId",                204,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  // Uppy can start only multipart uploads through the /s3 routes, so /s3/params returns 400. The service gives bucket credentials to
  // nobody, so /s3/sts returns 403.
  ["GET /s3/params",                           400,  400,   400,  400,    400,    400,    400,    400,   400,  401,  400],
  ["POST /s3/multipart",                       200,  200,   403,  403,    403,    403,    403,    403,   403,  401,  404],
  ["GET /s3/multipart/:uploadId",              200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["GET /s3/multipart/:uploadId/:partNumber",  200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["GET /s3/multipart/:uploadId/batch",        200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /s3/multipart/:uploadId/complete",    409,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["DELETE /s3/multipart/:uploadId",           200,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["GET /s3/sts",                              403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  // These routes return only data of the caller.
  ["GET /notes",                               200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["POST /notes",                              201,  201,   201,  201,    201,    201,    201,    201,   201,  401,  201],
  ["GET /attachments",                         200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /links",                               200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /activity",                            200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /activity/downloads",                  200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /me",                                  200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  // Every signed-in user gets 200. features/changes/routes.test.ts checks that users without access to a note see nothing about it.
  ["GET /changes",                             200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /me/mail-preferences",                 200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["PUT /me/mail-preferences",                 200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /trash",                               200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  // The trash of this test is empty. features/trash/routes.test.ts tests items in the trash.
  ["POST /trash/notes/:noteId/restore",        404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["DELETE /trash/notes/:noteId",              404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /trash/attachments/:attachmentId/restore",
                                               404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["DELETE /trash/attachments/:attachmentId",  404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["GET /usage",                               200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["GET /tokens",                              200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["DELETE /tokens",                           204,  204,   204,  204,    204,    204,    204,    204,   204,  401,  204],
  ["POST /tokens",                             201,  201,   201,  201,    201,    201,    201,    201,   201,  401,  201],
  ["DELETE /tokens/:tokenId",                  404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  // These calls have a code that the service did not issue. The tests in features/tokens use valid codes.
  ["POST /token-requests",                     201,  201,   201,  201,    201,    201,    201,    201,   201,  201,  201],
  ["POST /token-requests/state",               404,  404,   404,  404,    404,    404,    404,    404,   404,  404,  404],
  ["POST /token-requests/look",                404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /token-requests/answer",              404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  // These calls name a webhook that does not exist. The tests in features/webhooks use existing webhooks.
  ["GET /webhooks",                            200,  200,   200,  200,    200,    200,    200,    200,   200,  401,  200],
  ["POST /webhooks",                           201,  201,   201,  201,    201,    201,    201,    201,   201,  401,  201],
  ["PATCH /webhooks/:webhookId",               404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["DELETE /webhooks/:webhookId",              404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /webhooks/:webhookId/secret",         404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /webhooks/:webhookId/test",           404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["GET /webhooks/:webhookId/deliveries",      404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /webhooks/:webhookId/deliveries/:deliveryId/retry",
                                               404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  // These calls have a token that the service did not issue. The tests in features/sharing use valid tokens.
  ["POST /invitations/redeem",                 404,  404,   404,  404,    404,    404,    404,    404,   404,  401,  404],
  ["POST /invitations/look",                   404,  404,   404,  404,    404,    404,    404,    404,   404,  404,  404],
  // These calls have an unsubscribe token that the service did not issue. The tests in features/mail use valid tokens.
  ["GET /unsubscribe/:token",                  410,  410,   410,  410,    410,    410,    410,    410,   410,  410,  410],
  ["POST /unsubscribe/:token",                 410,  410,   410,  410,    410,    410,    410,    410,   410,  410,  410],
  // Only administrators may call these routes. The tests in features/administration and features/webhooks call them as an administrator.
  ["GET /admin/people",                        403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/invitations",                   403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/invitations",                  403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/invitations/:invitationId/renew",
                                               403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["DELETE /admin/invitations/:invitationId",  403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/policy",                        403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["PUT /admin/policy/:name",                  403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["DELETE /admin/policy/:name",               403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/links",                         403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["DELETE /admin/links/:linkId",              403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/mails",                         403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/mails/:mailId/retry",          403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/webhooks",                      403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/webhooks",                     403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["PATCH /admin/webhooks/:webhookId",         403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["DELETE /admin/webhooks/:webhookId",        403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/webhooks/:webhookId/secret",   403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/webhooks/:webhookId/test",     403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/webhooks/:webhookId/deliveries",403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/webhooks/:webhookId/deliveries/:deliveryId/retry",
                                               403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/log",                           403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["PATCH /admin/people/:userId",              403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["DELETE /admin/people/:userId",             403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["POST /admin/people/:userId/reset-link",    403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  ["GET /admin/doctor",                        403,  403,   403,  403,    403,    403,    403,    403,   403,  401,  403],
  // These routes are public, and their responses contain no user data.
  ["GET /receipts/key",                        200,  200,   200,  200,    200,    200,    200,    200,   200,  200,  200],
  ["POST /receipts/verify",                    200,  200,   200,  200,    200,    200,    200,    200,   200,  200,  200],
  ["GET /healthz",                             200,  200,   200,  200,    200,    200,    200,    200,   200,  200,  200],
  ["GET /readyz",                              200,  200,   200,  200,    200,    200,    200,    200,   200,  200,  200],
  ["GET /metrics",                             200,  200,   200,  200,    200,    200,    200,    200,   200,  200,  200],
];

/** Matches a call that can change the note, its files or its shares. */
const WRITES_TO_WORLD = /^(?!GET ).*(?:\/:|\/s3\/)/;

const rows = table.map(([call, ...expected]) => ({ call, expected }));

describe.each(engines)("requirements 15 and 47: access of every user to every route, on $name", (engine) => {
  const clients = new Map<string, Client>();

  const service = useService({ engine, app: { logger: false } });
  beforeAll(async () => {
    for (const person of people) clients.set(person, service.as(person));
    clients.set("anonymous", service.anonymous);
    clients.set("deletedNote", service.as("owner"));
  });

  let deleted: World | undefined;
  let world: World | undefined;

  /** Returns a world with a deleted note, or a world that no earlier request has changed. */
  async function worldOf(column: string): Promise<World> {
    if (column !== "deletedNote") {
      world ??= await createWorld(service);
      return world;
    }
    if (deleted === undefined) {
      deleted = await createWorld(service);
      await service.useCases.deleteNote({ userId: "owner" }, deleted.noteId);
    }
    return deleted;
  }

  it.each(rows)("the responses to $call match the access matrix", async ({ call, expected }) => {
    const actual: Outcomes = {};
    for (const column of columns) {
      const cell = await outcome(clients.get(column) as Client, { call, world: await worldOf(column) });
      actual[column] = cell;
      // Refused requests and reads change nothing, so the next request can use the same world.
      if (WRITES_TO_WORLD.test(call) && Number(cell) < 300) world = undefined;
    }
    expect(actual).toEqual(Object.fromEntries(columns.map((column, index) => [column, expected[index]])));
  });

  it("an administrator can adopt an object only into a note to which they may add files", async () => {
    const own = await startServiceInTest({ engine });
    const bucket = bucketOn(own.bucketServer);
    const outcomes: Outcomes = {};
    for (const person of people) {
      const world = await createWorld(own);
      const body = Readable.from([Buffer.from("here already")]);
      await bucket.store({ objectKey: keyToAdopt(world), contentType: "text/plain", body, maxBytes: 100 });
      await own.useCases.rememberPerson({ id: person, email: undefined, name: undefined, isAdmin: true });
      outcomes[person] = await outcome(own.as(person), { call: ADOPT, world });
    }
    bucket.close();
    const { owner, editor, ...others } = outcomes;
    expect([owner, editor]).toEqual([201, 201]);
    expect(new Set(Object.values(others))).toEqual(new Set([403]));
  });

  it("the access matrix has a row for every route of the service", () => {
    const calls = table.map(([call]) => call).filter((call) => !call.endsWith(WITH_JSON));
    // link-access-matrix.test.ts tests the routes for visitors.
    const routes = routesOf(service.app).filter((route) => !IS_OF_VISITORS.test(route));
    expect(calls.sort()).toEqual(routes.sort());
  });
});

async function outcome(client: Client, { call, world }: { call: string; world: World }): Promise<Cell> {
  const { status, body } = await client.send(...requestOf(call, world));
  const [first] = [body?.urls, body?.uploads, body?.files, body?.previews].find(Array.isArray) ?? [];
  return first?.code ?? first?.problem?.code ?? status;
}
