import { describe, expect, it } from "vitest";
import { engines } from "../testing/database/test-databases.ts";
import { type StoredLink, storeLink, tokenOfLink, visitorOf } from "../testing/link-visits.ts";
import { IS_OF_REQUESTS, IS_OF_VISITORS, routesOf } from "../testing/sample-requests.ts";
import type { TestService } from "../testing/service.ts";
import { useService } from "../testing/use-service.ts";

// docs/security-requirements.md, requirement 15: the result of every route with the token of a link, for every visitor.
const PASSWORD = "open sesame";

type Visitor = ReturnType<typeof visitorOf>;
type Scene = StoredLink & { visitor: Visitor; claimId: string };
type Column = (service: TestService) => Promise<Scene>;

/** Creates a visitor who has claimed the files of a link. In some columns, a later change ends the rights of this visitor. */
async function claimed(service: TestService, given: Parameters<typeof storeLink>[1] = {}): Promise<Scene> {
  const stored = await storeLink(service.db, given);
  const visitor = visitorOf(service.app);
  const { claimId } = (await visitor.claim(stored.token)).body;
  return { ...stored, visitor, claimId };
}

async function changed(service: TestService, values: object, given: Parameters<typeof storeLink>[1] = {}) {
  const scene = await claimed(service, given);
  const { kysely } = service.database.db;
  await kysely.updateTable("links").set(values).where("id", "=", scene.link.id).execute();
  return scene;
}

const columns: Record<string, Column> = {
  holder: async (service) => ({
    ...(await storeLink(service.db)),
    visitor: visitorOf(service.app),
    claimId: tokenless,
  }),
  claimed: (service) => claimed(service, { maxClaims: 1 }),
  locked: async (service) => ({
    ...(await storeLink(service.db, { password: PASSWORD })),
    visitor: visitorOf(service.app),
    claimId: tokenless,
  }),
  unlocked: async (service) => {
    const stored = await storeLink(service.db, { password: PASSWORD });
    const visitor = visitorOf(service.app);
    await visitor.unlock(stored.token, PASSWORD);
    return { ...stored, visitor, claimId: tokenless };
  },
  window: async (service) => {
    const scene = await claimed(service);
    const { kysely } = service.database.db;
    await kysely.updateTable("link_claims").set({ window_ends_at: 1 }).where("id", "=", scene.claimId).execute();
    return scene;
  },
  otherLink: async (service) => {
    const scene = await claimed(service);
    const other = await storeLink(service.db, { password: PASSWORD });
    return { ...other, visitor: scene.visitor, claimId: scene.claimId };
  },
  usedUp: async (service) => ({
    ...(await changed(service, { max_claims: 1 })),
    visitor: visitorOf(service.app),
  }),
  expired: (service) => changed(service, { expires_at: 1 }),
  revoked: (service) => changed(service, { revoked_at: 1 }),
  older: (service) => changed(service, { generation: 1 }),
  newUrl: async (service) => {
    const scene = await changed(service, { generation: 1 });
    return { ...scene, token: tokenOfLink({ id: scene.link.id, generation: 1 }) };
  },
  noRight: (service) => changed(service, { created_by: "bob" }),
};

const tokenless = "01900000-0000-7000-8000-000000000000";
const LOOK = "GET /public/links/:token";
const UNLOCK = "POST /public/links/:token/unlock";
const CODE = "POST /public/links/:token/codes";
const EMAIL = "POST /public/links/:token/email";
const CLAIM = "POST /public/links/:token/claims";
const PREVIEWS = "POST /public/links/:token/previews";
const URLS = "POST /public/links/:token/claims/:claimId/urls";
const EXPLAIN = "GET /s/:token/download";
const DOWNLOAD = "POST /s/:token/download";

// biome-ignore format: the columns of the table stay aligned
const table: readonly [call: string, ...expected: (number | string)[]][] = [
  //         holder claimed locked    unlocked window otherLink usedUp expired revoked older newUrl noRight
  [LOOK,     "open", "open", "locked", "open", "open", "locked", 404,   404,    404,    404,  "open", 404],
  [UNLOCK,   204,    204,    403,      204,    204,    403,      404,   404,    404,    404,  204,    404],
  [CODE,     204,    204,    403,      204,    204,    403,      404,   404,    404,    404,  204,    404],
  [EMAIL,    204,    204,    403,      204,    204,    403,      404,   404,    404,    404,  204,    404],
  [CLAIM,    201,    201,    403,      201,    201,    403,      404,   404,    404,    404,  201,    404],
  [URLS,     404,    200,    403,      404,    404,    403,      404,   404,    404,    404,  404,    404],
  [PREVIEWS, 200,    200,    403,      200,    200,    403,      404,   404,    404,    404,  200,    404],
  [EXPLAIN,  200,    200,    200,      200,    200,    200,      404,   404,    404,    404,  200,    404],
  [DOWNLOAD, 303,    303,    403,      303,    303,    403,      404,   404,    404,    404,  303,    404],
];

const names = Object.keys(columns);

describe.each(engines)("requirement 15: access of every visitor to every route of links, on $name", (engine) => {
  const service = useService({ engine });

  it.each(table)("the responses to %s match the access matrix of links", async (call, ...expected) => {
    const actual: Record<string, number | string> = {};
    for (const [name, arrange] of Object.entries(columns)) {
      const { visitor, token, claimId } = await arrange(service);
      const target = call.replace(":token", token).replace(":claimId", claimId);
      const { status, body } = await visitor.send(target, bodyOf(call));
      actual[name] = body?.state ?? status;
    }
    expect(actual).toEqual(Object.fromEntries(names.map((name, nth) => [name, expected[nth]])));
  });

  it("the access matrix of links has a row for every route with the token of a link", () => {
    // request-access-matrix.test.ts tests the routes of file requests.
    const routes = routesOf(service.app).filter((route) => IS_OF_VISITORS.test(route) && !IS_OF_REQUESTS.test(route));
    expect(table.map(([call]) => call).sort()).toEqual(routes.sort());
  });
});

function bodyOf(call: string): { json?: object; form?: string } {
  if (call === CODE) return { json: { email: "ann@example.com" } };
  if (call === EMAIL) return { json: { email: "ann@example.com", code: "12345678" } };
  if (call === PREVIEWS) return { json: { attachmentIds: [tokenless] } };
  if (call === UNLOCK) return { json: { password: "wrong" } };
  if (call === DOWNLOAD) return { form: "" };
  return call.startsWith("POST") ? { json: {} } : {};
}
