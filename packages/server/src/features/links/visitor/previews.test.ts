import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { visitorOf } from "../../../testing/link-visits.ts";
import { jpeg, webp } from "../../../testing/pictures.ts";
import { sendPreview, uploadPhoto } from "../../../testing/send-preview.ts";
import { useService } from "../../../testing/use-service.ts";
import { unknownId } from "../../../testing/world.ts";

const PASSWORD = "open sesame";
const SMALL = { name: "small", width: 320, height: 240 };
const LARGE = jpeg({ width: 1600, height: 1200, bytes: 50_000 });

describe.each(engines)("previews of links on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30 } });
  const ann = service.as("ann");
  let noteId: string;
  let photo: string;
  let plain: string;
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    plain = await uploadPhoto(ann, { noteId });
  });
  beforeEach(async () => {
    photo = await uploadPhoto(ann, { noteId });
    await sendPreview(ann, { attachmentId: photo });
  });

  async function share(given: object = {}) {
    const { body } = await ann.send(`POST /notes/${noteId}/links`, { json: given });
    const token = String(body.url).split("/").at(-1) as string;
    const claims = async () => (await ann.send(`GET /links/${body.id}`)).body.claims;
    return { id: body.id as string, token, claims, visitor: visitorOf(service.app), link: body };
  }
  const shownOf = async (visitor: ReturnType<typeof visitorOf>, token: string) => {
    const { files } = (await visitor.look(token)).body;
    return files.find(({ id }: { id: string }) => id === photo)?.previews;
  };

  it.each([
    ["{}", {}, true],
    ["a password", { password: PASSWORD }, false],
    ["a maximum of claims", { maxClaims: 1 }, false],
    ["null for both", { password: null, maxClaims: null }, true],
    ["a password and showPreviews", { password: PASSWORD, showPreviews: true }, true],
    ["showPreviews false", { showPreviews: false }, false],
  ])("a new link with %s gets the expected value of showPreviews", async (_name, given, expected) => {
    const { id, link } = await share(given);
    expect(link.showPreviews).toBe(expected);
    const changed = (await ann.send(`PATCH /links/${id}`, { json: { showPreviews: !expected } })).body;
    expect(changed.showPreviews).toBe(!expected);
  });

  it("the service refuses the field showPreviews for a file request", async () => {
    const json = { kind: "upload", request: {}, showPreviews: true };
    expect((await ann.send(`POST /notes/${noteId}/links`, { json })).body.code).toBe("invalid_request");
    const { token, visitor, link } = await share({ kind: "upload", request: {} });
    expect(link.showPreviews).toBe(false);
    expect((await visitor.previews(token, [photo])).body.code).toBe("link_not_found");
  });

  it("a visitor needs no download claim for the URLs of a link's small previews", async () => {
    const { id, token, visitor, claims } = await share();
    expect(await shownOf(visitor, token)).toEqual([SMALL]);
    const wanted = [photo, plain, unknownId(), photo.toUpperCase()];
    const { status, body } = await visitor.previews(token, wanted);
    expect([status, body.urls.map(({ attachmentId }: { attachmentId: string }) => attachmentId)]).toEqual([
      200,
      wanted,
    ]);
    expect(body.urls.map(({ code }: { code?: string }) => code)).toEqual([
      undefined,
      "preview_not_found",
      "attachment_not_found",
      undefined,
    ]);
    const response = await fetch(body.urls[0].fileUrl);
    expect(response.headers.get("content-type")).toBe("image/webp");
    expect(Buffer.from(await response.arrayBuffer()).equals(webp())).toBe(true);
    expect(await claims()).toBe(0);
    const [event] = (await ann.send(`GET /links/${id}/events`)).body.items;
    expect(event).toMatchObject({
      action: "url.issued",
      attachmentIds: [photo],
      detail: { purpose: "thumbnail", preview: "small" },
    });
    const { urlsIssued, lastUrlExpiresAt } = (await ann.send(`GET /links/${id}`)).body;
    expect([urlsIssued, lastUrlExpiresAt === null]).toEqual([0, false]);
  });

  it("the service gives no preview URLs for a link that shows no previews", async () => {
    const { token, visitor } = await share({ maxClaims: 1 });
    expect(await shownOf(visitor, token)).toBeUndefined();
    expect((await visitor.previews(token, [photo])).body).toMatchObject({ status: 404, code: "preview_not_found" });
  });

  it("requirement 61: a link with a password shows no preview before the password", async () => {
    const { token, visitor } = await share({ password: PASSWORD, showPreviews: true });
    expect((await visitor.look(token)).body).toEqual({ state: "locked", by: "password" });
    expect((await visitor.previews(token, [photo])).body.code).toBe("wrong_password");
    await visitor.unlock(token, PASSWORD);
    expect(await shownOf(visitor, token)).toEqual([SMALL]);
    expect((await visitor.previews(token, [photo])).body.urls[0].fileUrl).toBeDefined();
  });

  it("a visitor gets no preview URL after the link ends or stops showing previews", async () => {
    const ends = {
      revoked: ({ id }: { id: string }) => ann.send(`DELETE /links/${id}`),
      off: ({ id }: { id: string }) => ann.send(`PATCH /links/${id}`, { json: { showPreviews: false } }),
      used: ({ token }: { token: string }) => visitorOf(service.app).claim(token),
      renewed: ({ id }: { id: string }) => ann.send(`PATCH /links/${id}`, { json: { newUrl: true } }),
    };
    for (const [name, end] of Object.entries(ends)) {
      const shared = await share({ showPreviews: true, ...(name === "used" && { maxClaims: 1 }) });
      expect((await shared.visitor.previews(shared.token, [photo])).status, name).toBe(200);
      await end(shared);
      const refused = await shared.visitor.previews(shared.token, [photo]);
      expect([name, refused.status]).toEqual([name, 404]);
    }
  });

  it("a link shows no preview of a file that is deleted, quarantined or rejected", async () => {
    const { token, visitor } = await share();
    const { kysely } = service.database.db;
    const codeOf = async () => (await visitor.previews(token, [photo])).body.urls[0].code;
    for (const state of ["quarantined", "rejected", "scanning"] as const) {
      await kysely.updateTable("attachments").set({ state }).where("id", "=", photo).execute();
      expect([state, await codeOf(), await shownOf(visitor, token)]).toEqual([
        state,
        "attachment_not_found",
        undefined,
      ]);
    }
    await kysely.updateTable("attachments").set({ state: "ready" }).where("id", "=", photo).execute();
    expect(await codeOf()).toBeUndefined();
    await ann.send(`DELETE /attachments/${photo}`);
    expect(await codeOf()).toBe("attachment_not_found");
  });

  it("requirement 61: a visitor needs a download claim for the URL of a large preview", async () => {
    await sendPreview(ann, { attachmentId: photo, name: "large", picture: LARGE });
    const { id, token, visitor, claims } = await share();
    const wanted = { attachmentIds: [photo], preview: "large" };
    const without = await visitor.claim(token, { ...wanted, attachmentIds: [photo, plain] });
    expect([without.body.code, await claims()]).toEqual(["preview_not_found", 0]);
    const small = await visitor.claim(token, { ...wanted, preview: "small" });
    expect([small.body.code, await claims()]).toEqual(["invalid_request", 0]);
    const { status, body } = await visitor.claim(token, wanted);
    expect([status, await claims()]).toEqual([201, 1]);
    const again = (await visitor.urls(token, body.claimId, wanted)).body;
    for (const { fileUrl } of [body.urls[0], again.urls[0]]) {
      const response = await fetch(fileUrl);
      expect(response.headers.get("content-disposition")).toMatch(/^inline/);
      expect(Buffer.from(await response.arrayBuffer()).equals(LARGE)).toBe(true);
    }
    expect(await claims()).toBe(1);
    const events = (await ann.send(`GET /links/${id}/events`)).body.items.slice(0, 3);
    expect(events.map(({ detail }: { detail: { preview: string } }) => detail.preview)).toEqual([
      "large",
      "large",
      "large",
    ]);
  });

  it("an invalid request for previews of a link returns 400", async () => {
    const { token, visitor } = await share();
    for (const attachmentIds of [Array.from({ length: 101 }, unknownId), [], ["1"]]) {
      expect((await visitor.previews(token, attachmentIds)).status).toBe(400);
    }
    const json = { attachmentIds: [photo], preview: "large" };
    expect((await visitor.send(`POST /public/links/${token}/previews`, { json })).status).toBe(400);
  });

  it("requests for previews of a link do not count as downloads in the rate limit", async () => {
    const { token, visitor } = await share();
    for (let call = 0; call < 70; call++) expect((await visitor.previews(token, [photo])).status).toBe(200);
    expect((await visitor.claim(token)).status).toBe(201);
  });
});
