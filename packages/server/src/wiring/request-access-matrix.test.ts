import { describe, expect, it } from "vitest";
import type { Link } from "../features/links/link.ts";
import { engines } from "../testing/database/test-databases.ts";
import { tokenOfLink } from "../testing/link-visits.ts";
import { IS_OF_REQUESTS, routesOf } from "../testing/sample-requests.ts";
import type { TestService } from "../testing/service.ts";
import { useService } from "../testing/use-service.ts";
import { createVisitor, insertRequest, type TestVisitor } from "../testing/visitor.ts";

// docs/security-requirements.md, requirement 15: the result of every route of file requests, for every visitor.
type Scene = { visitor: TestVisitor; uploadId: string };

/** Creates a visitor who has started an upload to a file request. */
async function started(service: TestService, given: Partial<Link> = {}) {
  const ann = service.as("ann");
  const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  const { link, token } = await insertRequest(service, { noteId, ownerId: "ann", link: given });
  const visitor = createVisitor(service.app, token);
  const uploadId: string | undefined = (await visitor.start("hello")).body.upload?.id;
  return { link, token, visitor, uploadId: uploadId ?? link.id };
}

async function changed(service: TestService, values: object) {
  const scene = await started(service);
  const links = service.database.db.kysely.updateTable("links").set(values);
  await links.where("id", "=", scene.link.id).execute();
  return scene;
}

const columns: Record<string, (service: TestService) => Promise<Scene>> = {
  sender: (service) => started(service),
  stranger: async (service) => {
    const { token, uploadId } = await started(service);
    return { visitor: createVisitor(service.app, token), uploadId };
  },
  otherLink: async (service) => {
    const { visitor, uploadId } = await started(service);
    const { token } = await started(service);
    return { visitor: createVisitor(service.app, token, visitor), uploadId };
  },
  locked: (service) =>
    changed(service, { password_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", password_version: 1 }),
  expired: (service) => changed(service, { expires_at: 1 }),
  revoked: (service) => changed(service, { revoked_at: 1 }),
  older: (service) => changed(service, { generation: 1 }),
  newUrl: async (service) => {
    const { link, visitor, uploadId } = await changed(service, { generation: 1 });
    const token = tokenOfLink({ id: link.id, generation: 1 });
    return { visitor: createVisitor(service.app, token, visitor), uploadId };
  },
  noRight: (service) => changed(service, { created_by: "bob" }),
  download: (service) => started(service, { kind: "download", request: undefined }),
};

const UPLOADS = "/public/links/:token/uploads";

// biome-ignore format: the columns of the table stay aligned
const table: readonly [call: string, ...expected: number[]][] = [
  //                                             sender stranger otherLink locked expired revoked older newUrl noRight download
  [`POST ${UPLOADS}`,                            201,   201,     201,      403,   404,    404,    404,  201,   404,    404],
  [`POST ${UPLOADS}/batch`,                      200,   200,     200,      403,   404,    404,    404,  200,   404,    404],
  // A batch that names the upload of another visitor has one result: the problem of this upload.
  [`POST ${UPLOADS}/complete`,                   200,   200,     200,      403,   404,    404,    404,  200,   404,    404],
  [`GET ${UPLOADS}`,                             200,   200,     200,      403,   404,    404,    404,  200,   404,    404],
  [`GET ${UPLOADS}/:uploadId`,                   200,   404,     404,      403,   404,    404,    404,  404,   404,    404],
  // For the parts, the sender gets 400, because the upload is not a multipart upload. For the completion, the sender gets 409, because the
  // test has sent no file.
  [`POST ${UPLOADS}/:uploadId/parts`,            400,   404,     404,      403,   404,    404,    404,  404,   404,    404],
  [`POST ${UPLOADS}/:uploadId/complete`,         409,   404,     404,      403,   404,    404,    404,  404,   404,    404],
  ["GET /public/links/:token/receipts/:uploadId", 409,  404,     404,      403,   404,    404,    404,  404,   404,    404],
  [`DELETE ${UPLOADS}/:uploadId`,                204,   404,     404,      403,   404,    404,    404,  404,   404,    404],
];

const names = Object.keys(columns);

describe.each(engines)("requirement 15: access of every visitor to every file request route, on $name", (engine) => {
  const service = useService({ engine });

  it.each(table)("the responses to %s match the access matrix of file requests", async (call, ...expected) => {
    const actual: Record<string, number> = {};
    for (const [name, arrange] of Object.entries(columns)) {
      const { visitor, uploadId } = await arrange(service);
      const target = call.replace("/public/links/:token", "").replace(":uploadId", uploadId);
      actual[name] = (await visitor.send(target, bodyOf(call, uploadId))).status;
    }
    expect(actual).toEqual(Object.fromEntries(names.map((name, nth) => [name, expected[nth]])));
  });

  it("the access matrix of file requests has a row for every route of a file request", () => {
    const routes = routesOf(service.app).filter((route) => IS_OF_REQUESTS.test(route));
    expect(table.map(([call]) => call).sort()).toEqual(routes.sort());
  });
});

function bodyOf(call: string, uploadId: string): { json?: object } {
  const file = { filename: "a.txt", contentType: "text/plain", sizeBytes: 5 };
  if (call === `POST ${UPLOADS}`) return { json: file };
  if (call === `POST ${UPLOADS}/batch`) return { json: { uploads: [file] } };
  if (call === `POST ${UPLOADS}/complete`) return { json: { uploadIds: [uploadId] } };
  if (call.endsWith("/parts")) return { json: { partNumbers: [1] } };
  return call.startsWith("POST") ? { json: {} } : {};
}
