import { Link, LinkPage } from "@valetkey/contract";
import { Check } from "typebox/value";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleAttachment, sampleLink, sampleNote } from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import type { TestService } from "../../../testing/service.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { createWorld, unknownId, type World } from "../../../testing/world.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { linkQueries } from "../queries/links.ts";
import { linkVisitQueries } from "../queries/visits.ts";

const WEEK_MS = 7 * 86_400_000;
const URL_OF_LINK = /^https:\/\/files\.example\.com\/s\/[\w-]{43}$/;

describe.each(engines)("links on $name", (engine) => {
  let world: World;
  const service = useService({ engine });
  const owner = service.as("owner");
  const editor = service.as("editor");
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  beforeAll(async () => {
    world = await createWorld(service);
    await editor.send("GET /me");
  });

  const create = (json: object = {}, { noteId } = world) => owner.send(`POST /notes/${noteId}/links`, { json });
  const patch = (linkId: string, json: object) => owner.send(`PATCH /links/${linkId}`, { json });

  it("a new link of a note has the default settings", async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(Check(Link, body)).toBe(true);
    expect(body).toMatchObject({
      url: expect.stringMatching(URL_OF_LINK),
      kind: "download",
      state: "live",
      canEdit: true,
      noteId: world.noteId,
      noteTitle: "Title",
      label: "",
      message: "",
      files: null,
      hasPassword: false,
      maxClaims: null,
      claims: 0,
      opened: 0,
      urlsIssued: 0,
      urlTtlSeconds: 60,
      notify: "never",
      request: null,
      received: { files: 0, bytes: 0 },
      filledSlots: [],
      lastUrlExpiresAt: null,
      createdBy: { id: "owner", name: "owner", email: "owner@example.com" },
      revokedAt: null,
    });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(WEEK_MS);
    expect((await owner.send(`GET /links/${body.id}`)).body).toEqual(body);
  });

  it.each([
    ["a link of a note", "notes", { label: "Offer" }],
    ["a link with a password", "notes", { password: "open sesame" }],
    ["a file request", "notes", { kind: "upload", request: {} }],
    ["a link of one file", "attachments", {}],
  ])("identical simultaneous requests with one idempotency key create %s once", async (_name, noun, json) => {
    const { noteId, linkId: olderLinkId } = await createWorld(service);
    const file = sampleAttachment(sampleNote({ id: noteId, ownerId: "owner" }), { state: "ready" });
    await attachmentQueries(service.db).insert(file);
    const path = noun === "notes" ? `/notes/${noteId}/links` : `/attachments/${file.id}/links`;
    const send = (more: object = {}, key = '"a key"') =>
      owner.send(`POST ${path}`, { json: { ...json, ...more }, headers: { "idempotency-key": key } });
    const answers = [...(await Promise.all([send(), send(), send()])), await send()];
    const [first] = answers.map(({ body }) => body);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [201, first]));
    const others = [await send({ message: "Hello" }), await send({}, "another-key")].map(({ body }) => body.id);
    const { items } = (await owner.send(`GET /notes/${noteId}/links`)).body;
    const ids = items.map(({ id }: { id: string }) => id);
    expect(ids).toEqual([...[first.id, ...others].toReversed(), olderLinkId]);
    await owner.send(`DELETE /links/${first.id}`);
    expect((await send()).body).toMatchObject({ state: "live" });
    expect((await send({}, "")).body).toMatchObject({ status: 400, code: "invalid_request" });
  });

  it("a new link of one file can have all settings", async () => {
    const expiresAt = inDays(30);
    const choices = { label: "Contract", message: "Hello", maxClaims: 3, urlTtlSeconds: 900, notify: "each" };
    const json = { ...choices, expiresAt, password: "open sesame" };
    const { status, body } = await editor.send(`POST /attachments/${world.attachmentId}/links`, { json });
    expect(status).toBe(201);
    const files = [{ id: world.attachmentId, filename: "hello.txt" }];
    expect(body).toMatchObject({ ...choices, expiresAt, hasPassword: true, files, createdBy: { id: "editor" } });
    expect(JSON.stringify(body)).not.toContain("sesame");
  });

  it("a new file request has the default limits", async () => {
    const { body: plain } = await create({ kind: "upload", request: {} });
    expect(plain).toMatchObject({
      kind: "upload",
      state: "live",
      request: {
        maxFiles: 10,
        maxBytesPerFile: 2 ** 20,
        maxBytesTotal: 10 * 2 ** 20,
        accept: [],
        askName: "optional",
        review: false,
        slots: [],
      },
    });
    const slots = [
      { id: "passport", name: "Passport", accept: ["image/*"], maxBytes: 1000 },
      { id: "payslip-march", name: "Payslip March" },
    ];
    const request = { slots, askName: "required", review: true, maxBytesTotal: 5000 };
    const { status, body } = await create({ kind: "upload", request });
    expect(status).toBe(201);
    expect(body.request).toMatchObject({ ...request, maxFiles: 2 });
    expect((await patch(body.id, { request: { maxFiles: 1, accept: ["application/pdf"] } })).body.request).toEqual({
      ...body.request,
      maxFiles: 1,
      accept: ["application/pdf"],
    });
  });

  it("a response omits members of a file request that only a newer version knows", async () => {
    const own = await createWorld(service);
    const request = { slots: [{ id: "passport", name: "Passport", accept: ["image/*"], maxBytes: 1000 }] };
    const { body } = await create({ kind: "upload", request }, own);
    const newer = { ...body.request, priority: 1, slots: [{ ...body.request.slots[0], hint: "Both pages" }] };
    const stored = service.database.db.kysely.updateTable("links").set({ request: JSON.stringify(newer) });
    await stored.where("id", "=", body.id).execute();
    expect(await owner.send(`GET /links/${body.id}`)).toMatchObject({ status: 200, body });
    for (const path of [`/notes/${own.noteId}/links`, "/links"]) {
      const { status, body: page } = await owner.send(`GET ${path}`);
      expect([status, page.items?.[0]]).toEqual([200, body]);
    }
    const { status, body: seen } = await service.anonymous.send(`GET /public/links/${body.url.split("/s/")[1]}`);
    expect(status).toBe(200);
    expect(seen.request).not.toHaveProperty("priority");
    expect(seen.request.slots).toEqual([{ ...body.request.slots[0], isFilled: false }]);
  });

  it.each([
    ["an expiry in the past", { expiresAt: "2001-01-01T00:00:00Z" }, /in the past/],
    ["a date that does not exist", { expiresAt: "2999-02-30T00:00:00Z" }, /doesn't exist/],
    ["a short password", { password: "12345" }, /password/],
    ["a long password", { password: "x".repeat(201) }, /password/],
    ["no claims at all", { maxClaims: 0 }, /maxClaims/],
    ["too many claims", { maxClaims: 1_000_001 }, /maxClaims/],
    ["URLs that live too long", { urlTtlSeconds: 901 }, /at most 900/],
    ["URLs that never work", { urlTtlSeconds: 0 }, /urlTtlSeconds/],
    ["a long label", { label: "x".repeat(201) }, /label/],
    ["a label with U+0000", { label: "a\u0000" }, /label/],
    ["a label with a text-direction mark", { label: "a\u202egpj" }, /label/],
    ["an invisible label", { label: "\u200b\u3164" }, /label/],
    ["a message with a text-direction mark", { message: "a\u202egpj" }, /message/],
    ["an invisible message", { message: "\u2800" }, /message/],
    ["a long message", { message: "x".repeat(2001) }, /message/],
    ["an unknown kind", { kind: "mail" }, /kind/],
    ["an unknown notification", { notify: "often" }, /notify/],
    ["no files", { attachmentIds: [] }, /attachmentIds/],
    ["an unknown member", { claims: 5 }, /unexpected/],
    ["a download with limits of a file request", { request: {} }, /belongs to a file request/],
    ["a file request without limits", { kind: "upload" }, /needs request/],
    ["a file request with claims", { kind: "upload", request: {}, maxClaims: 1 }, /has no claims/],
    ["a file request with files", { kind: "upload", request: {}, attachmentIds: [unknownId()] }, /opens no files/],
    ["a file request over UPLOAD_MAX_BYTES", upload({ maxBytesPerFile: 2 ** 20 + 1 }), /at most 1048576 bytes/],
    ["a file request for no file", upload({ maxFiles: 0 }), /maxFiles/],
    ["more files than slots", upload({ maxFiles: 2, slots: [{ id: "a", name: "A" }] }), /at most 1\./],
    ["two slots with one id", upload({ slots: [slot("a"), slot("a")] }), /Two slots have the id a/],
    [
      "a slot over the limit of a file",
      upload({ maxBytesPerFile: 9, slots: [{ ...slot("a"), maxBytes: 10 }] }),
      /slot a/,
    ],
    ["a slot with an invisible name", upload({ slots: [{ id: "a", name: "\u3164" }] }), /slot a/],
    ["a kind that is no media type", upload({ accept: ["pdf"] }), /accept/],
  ])("the service refuses to create a link with %s", async (_name, json, detail) => {
    const { body } = await create(json);
    expect(body).toMatchObject({ status: 400, code: "invalid_request", detail: expect.stringMatching(detail) });
  });

  it("the service refuses to create a link to a file that is unknown, elsewhere or not ready", async () => {
    const other = await createWorld(service);
    for (const id of [other.attachmentId, unknownId()]) {
      const { body } = await create({ attachmentIds: [world.attachmentId, id] });
      expect(body).toMatchObject({ status: 404, code: "attachment_not_found" });
    }
    const { noteId } = world;
    const pending = sampleAttachment({ ...sampleNote(), id: noteId, ownerId: "owner" });
    await attachmentQueries(service.db).insert(pending);
    const byNote = await create({ attachmentIds: [pending.id] });
    const byFile = await owner.send(`POST /attachments/${pending.id}/links`, { json: {} });
    for (const { body } of [byNote, byFile]) expect(body).toMatchObject({ status: 409, code: "attachment_not_ready" });
  });

  it("an edit can change each field of a link", async () => {
    const { body: link } = await create({ label: "Before", password: "first password" });
    const attachmentIds = [world.attachmentId];
    const change = { label: "After", message: "New", maxClaims: 9, urlTtlSeconds: 30, notify: "first" };
    const { status, body } = await patch(link.id, { ...change, attachmentIds, expiresAt: null, password: null });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...link,
      ...change,
      files: [{ id: world.attachmentId, filename: "hello.txt" }],
      expiresAt: null,
      hasPassword: false,
    });
    expect((await patch(link.id, { maxClaims: null, password: "second password" })).body).toMatchObject({
      maxClaims: null,
      hasPassword: true,
      url: link.url,
    });
    const { body: events } = await owner.send(`GET /links/${link.id}/events`);
    expect(events.items.map(({ action, detail }: { action: string; detail: object }) => ({ action, detail }))).toEqual([
      { action: "link.updated", detail: { linkId: link.id, label: "After", changed: "password, maxClaims" } },
      {
        action: "link.updated",
        detail: {
          linkId: link.id,
          label: "After",
          changed: "label, message, expiresAt, password, maxClaims, urlTtlSeconds, notify, attachmentIds",
        },
      },
      { action: "link.created", detail: expect.objectContaining({ label: "Before", hasPassword: true }) },
    ]);
    const whole = JSON.stringify((await owner.send(`GET /notes/${world.noteId}/activity`)).body);
    expect(whole).toContain(link.id);
    for (const secret of ["first password", "second password", "argon2id", link.url.slice(-43)]) {
      expect(whole).not.toContain(secret);
    }
  });

  it("the password version of a link increases with each new password", async () => {
    const { body: link } = await create({ password: "first password" });
    const versionOf = async () => (await linkQueries(service.db).find(link.id))?.link.passwordVersion;
    const before = await versionOf();
    await patch(link.id, { label: "Other" });
    expect(await versionOf()).toBe(before);
    await patch(link.id, { password: "first password" });
    expect(await versionOf()).toBe((before ?? 0) + 1);
  });

  it("an edit of a link with `newUrl` gives the link a new URL", async () => {
    const { body: link } = await create();
    const { body: renewed } = await patch(link.id, { newUrl: true });
    expect(renewed).toEqual({ ...link, url: expect.stringMatching(URL_OF_LINK) });
    expect(renewed.url).not.toBe(link.url);
    expect((await linkQueries(service.db).find(link.id))?.link.generation).toBe(1);
    const { body: events } = await owner.send(`GET /links/${link.id}/events`);
    expect(events.items.map(({ action }: { action: string }) => action)).toEqual(["link.renewed", "link.created"]);
  });

  it("an editor can read and revoke another person's link, but cannot edit this link", async () => {
    const { body: link } = await create({ password: "open sesame", attachmentIds: [world.attachmentId] });
    for (const json of [{ password: null }, { expiresAt: null }, { newUrl: true }]) {
      const { body } = await editor.send(`PATCH /links/${link.id}`, { json });
      expect(body).toMatchObject({ status: 403, code: "access_denied", detail: expect.stringContaining("own link") });
    }
    expect((await editor.send(`GET /links/${link.id}`)).body).toEqual({ ...link, canEdit: false });
    const { body: listed } = await editor.send(`GET /notes/${world.noteId}/links`);
    expect(listed.items.find(({ id }: { id: string }) => id === link.id)).toMatchObject({ canEdit: false });
    expect((await editor.send(`DELETE /links/${link.id}`)).status).toBe(200);
  });

  it("the link of an editor stops working when the editor loses access to the note", async () => {
    const own = await createWorld(service);
    const { body: link } = await editor.send(`POST /notes/${own.noteId}/links`, { json: {} });
    expect((await editor.send(`PATCH /links/${link.id}`, { json: { label: "Mine" } })).body.canEdit).toBe(true);
    expect((await patch(link.id, { expiresAt: null })).body).toMatchObject({ canEdit: true, state: "live" });
    await owner.send(`DELETE /notes/${own.noteId}/shares/editor`);
    expect((await owner.send(`GET /links/${link.id}`)).body.state).toBe("orphaned");
  });

  it("an edit of a link can't set a field that only another kind of link has", async () => {
    const { body: download } = await create();
    const { body: upload } = await create({ kind: "upload", request: {} });
    for (const [id, json] of [
      [download.id, {}],
      [download.id, { request: { maxFiles: 1 } }],
      [download.id, { newUrl: false }],
      [download.id, { kind: "upload" }],
      [upload.id, { maxClaims: 1 }],
      [upload.id, { attachmentIds: [world.attachmentId] }],
      [upload.id, { request: { maxBytesPerFile: 2 ** 20 + 1 } }],
    ]) {
      expect((await patch(id, json)).body, JSON.stringify(json)).toMatchObject({ code: "invalid_request" });
    }
  });

  it("an edit cannot undo the revocation of a link", async () => {
    const { body: link } = await create();
    const lastUrlExpiresAt = Date.now() + 41_000;
    await addClaim(service, { linkId: link.id, urlsIssued: 3, lastUrlExpiresAt: Date.now() - 1 });
    await addClaim(service, { linkId: link.id, urlsIssued: 2, lastUrlExpiresAt });
    const expected = new Date(lastUrlExpiresAt).toISOString();
    expect((await owner.send(`GET /links/${link.id}`)).body).toMatchObject({
      urlsIssued: 5,
      lastUrlExpiresAt: expected,
    });
    for (let time = 0; time < 2; time++) {
      const { status, body } = await owner.send(`DELETE /links/${link.id}`);
      expect({ status, body }).toEqual({ status: 200, body: { lastUrlExpiresAt: expected } });
    }
    const { body } = await owner.send(`GET /links/${link.id}`);
    expect(body).toMatchObject({ state: "revoked", revokedAt: expect.any(String) });
    expect((await patch(link.id, { label: "Back" })).body).toMatchObject({
      status: 400,
      detail: "This link was revoked. Make another one.",
    });
    const { body: events } = await owner.send(`GET /links/${link.id}/events`);
    expect(events.items.map(({ action }: { action: string }) => action)).toEqual(["link.revoked", "link.created"]);
  });

  it("the revocation of a link returns null if no URL of the link is valid any more", async () => {
    const { body: link } = await create();
    await addClaim(service, { linkId: link.id, urlsIssued: 1, lastUrlExpiresAt: Date.now() - 1 });
    expect((await owner.send(`DELETE /links/${link.id}`)).body).toEqual({ lastUrlExpiresAt: null });
  });

  it("the state of a link can be expired, used up or orphaned", async () => {
    const own = await createWorld(service);
    const stateOf = async (linkId: string) => (await owner.send(`GET /links/${linkId}`)).body.state;
    const store = async (given: Partial<Parameters<typeof sampleLink>[1]>) => {
      const link = sampleLink(
        { ...sampleNote({ ownerId: "owner" }), id: own.noteId },
        { expiresAt: undefined, ...given },
      );
      await service.db.transaction((tx) => linkQueries(tx).insert(link));
      return link.id;
    };
    expect(await stateOf(await store({ expiresAt: Date.now() - 1 }))).toBe("expired");
    expect(await stateOf(await store({ maxClaims: 2, claims: 2 }))).toBe("used_up");
    const ofFile = await store({ attachmentIds: [own.attachmentId] });
    const ofEditor = await store({ createdBy: "editor" });
    await service.useCases.disableUser("editor");
    expect(await stateOf(ofEditor)).toBe("orphaned");
    await service.useCases.enableUser("editor");
    expect([await stateOf(ofFile), await stateOf(ofEditor)]).toEqual(["live", "live"]);
    await owner.send(`DELETE /notes/${own.noteId}/shares/editor`);
    await owner.send(`DELETE /attachments/${own.attachmentId}`);
    expect([await stateOf(ofFile), await stateOf(ofEditor)]).toEqual(["orphaned", "orphaned"]);
    await owner.send(`DELETE /notes/${own.noteId}`);
    expect((await owner.send(`GET /links/${ofFile}`)).body).toMatchObject({ status: 404, code: "link_not_found" });
  });

  it("the counts of a file request exclude rejected files", async () => {
    const own = await createWorld(service);
    const { body: link } = await create({ kind: "upload", request: { maxFiles: 2 } }, own);
    const note = sampleNote({ id: own.noteId, ownerId: "owner" });
    const send = async (state: "pending" | "ready" | "rejected") => {
      const file = sampleAttachment(note, { state, sizeBytes: 7 });
      await attachmentQueries(service.db).insert(file);
      const receivedAt = state === "pending" ? null : 1;
      await service.database.db.kysely
        .insertInto("visitor_files")
        .values({ attachment_id: file.id, link_id: link.id, visitor_id: "v", received_at: receivedAt })
        .execute();
    };
    await send("rejected");
    await send("ready");
    const first = (await owner.send(`GET /links/${link.id}`)).body;
    expect(first).toMatchObject({ state: "live", received: { files: 1, bytes: 7 } });
    await send("pending");
    const second = (await owner.send(`GET /links/${link.id}`)).body;
    expect(second).toMatchObject({ state: "used_up", received: { files: 1, bytes: 7 } });
  });

  it("lists of links return the newest link first", async () => {
    const own = await createWorld(service);
    const person = service.as("editor");
    const made: string[] = [];
    for (let nth = 0; nth < 3; nth++) made.unshift((await create({ label: `${nth}` }, own)).body.id);
    const ofFile = (await person.send(`POST /attachments/${own.attachmentId}/links`, { json: {} })).body.id;
    const ids = async (client: typeof owner, path: string) => {
      const found: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const { body } = await client.send(`GET ${path}${path.includes("?") ? "&" : "?"}limit=2${cursor}`);
        expect(Check(LinkPage, body)).toBe(true);
        found.push(...body.items.map(({ id }: { id: string }) => id));
        cursor = body.nextCursor === null ? null : `&cursor=${body.nextCursor}`;
      }
      return found;
    };
    expect(await ids(owner, `/notes/${own.noteId}/links`)).toEqual([ofFile, ...made, own.linkId]);
    expect(await ids(owner, `/attachments/${own.attachmentId}/links`)).toEqual([ofFile]);
    expect((await ids(owner, "/links")).slice(0, 5)).toEqual([ofFile, ...made, own.linkId]);
    expect((await ids(person, "/links"))[0]).toBe(ofFile);
    const uploads = await ids(owner, "/links?kind=upload");
    expect(uploads).not.toContain(ofFile);
    const bad = await owner.send("GET /links?cursor=abc");
    expect(bad.body).toMatchObject({ status: 400, code: "invalid_cursor" });
    // After losing the access, the editor sees neither the title of the note nor the names of its files.
    await owner.send(`DELETE /notes/${own.noteId}/shares/editor`);
    expect(await ids(person, "/links")).not.toContain(ofFile);
  });

  it("a page of the list of links stays below 1 MiB", async () => {
    const own = await createWorld(service);
    const note = sampleNote({ id: own.noteId, ownerId: "owner" });
    await service.db.transaction(async (tx) => {
      for (let nth = 0; nth < 200; nth++) await linkQueries(tx).insert(sampleLink(note, { message: "€".repeat(2000) }));
    });
    const { body, text } = await owner.send(`GET /notes/${own.noteId}/links?limit=200`);
    expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20 + 1000);
    const { body: rest } = await owner.send(`GET /notes/${own.noteId}/links?limit=200&cursor=${body.nextCursor}`);
    expect(body.items.length + rest.items.length).toBe(201);
    expect(rest.nextCursor).toBeNull();
  });

  it("simultaneous requests never create more than 500 live links of a note", async () => {
    const own = await createWorld(service);
    const note = sampleNote({ id: own.noteId, ownerId: "owner" });
    await service.db.transaction(async (tx) => {
      for (let nth = 0; nth < 496; nth++) await linkQueries(tx).insert(sampleLink(note, { expiresAt: undefined }));
      await linkQueries(tx).insert(sampleLink(note, { revokedAt: 1 }));
      await linkQueries(tx).insert(sampleLink(note, { expiresAt: 1 }));
    });
    // The limit is 500 live links. The note has 497 links: 496 from the loop above, and one from `createWorld`. Three more are possible.
    const answers = await Promise.all(Array.from({ length: 6 }, () => create({}, own)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("too_many_links");
  });

  it("simultaneous edits of a link all take effect", async () => {
    const { body: link } = await create({ kind: "upload", request: {} });
    await Promise.all([
      patch(link.id, { request: { maxFiles: 3 } }),
      patch(link.id, { request: { review: true } }),
      patch(link.id, { newUrl: true }),
      patch(link.id, { newUrl: true }),
    ]);
    const found = await linkQueries(service.db).find(link.id);
    expect(found?.link).toMatchObject({ generation: 2, request: { maxFiles: 3, review: true } });
  });

  describe("under a link policy of the operator", () => {
    const policy = { isEnabled: true, isPasswordRequired: true, windowSeconds: 900, abuseContact: undefined } as const;
    const start = (links: object) =>
      startServiceInTest({ engine, limits: { links: { ...policy, maxExpirySeconds: 60, ...links } } });

    it("the link policy of the operator can require a password and a short expiry", async () => {
      const strict = await start({});
      const { noteId, linkId } = await createWorld(strict);
      const as = strict.as("owner");
      const make = (json: object) => as.send(`POST /notes/${noteId}/links`, { json });
      expect((await make({})).body).toMatchObject({ status: 400, detail: expect.stringContaining("password") });
      const { body: link } = await make({ password: "open sesame" });
      expect(Date.parse(link.expiresAt) - Date.parse(link.createdAt)).toBe(60_000);
      for (const json of [{ expiresAt: null }, { expiresAt: inDays(1) }]) {
        const made = await make({ password: "open sesame", ...json });
        const edited = await as.send(`PATCH /links/${link.id}`, { json });
        for (const { body } of [made, edited]) {
          expect(body).toMatchObject({ status: 400, detail: expect.stringContaining("The operator limits links") });
        }
      }
      expect((await as.send(`PATCH /links/${link.id}`, { json: { password: null } })).status).toBe(400);
      // The first link is older than the policy, so the database has no expiry for this link. The policy still limits the life of the link.
      const { body: older } = await as.send(`GET /links/${linkId}`);
      expect(Date.parse(older.expiresAt) - Date.parse(older.createdAt)).toBe(60_000);
      expect([older.state, link.state]).toEqual(["closed", "live"]);
      strict.advance(60_001);
      for (const id of [linkId, link.id]) expect((await as.send(`GET /links/${id}`)).body.state).toBe("expired");
    });

    it("a service that has turned off links can still revoke a link", async () => {
      const off = await start({ isEnabled: false });
      const { noteId, attachmentId, linkId } = await createWorld(off);
      const as = off.as("owner");
      for (const path of [`/notes/${noteId}`, `/attachments/${attachmentId}`]) {
        const { body } = await as.send(`POST ${path}/links`, { json: { password: "open sesame" } });
        expect(body).toMatchObject({ status: 403, code: "links_disabled" });
      }
      expect((await as.send(`GET /links/${linkId}`)).body.state).toBe("closed");
      expect((await as.send(`DELETE /links/${linkId}`)).status).toBe(200);
      expect((await as.send(`GET /links/${linkId}`)).body.state).toBe("revoked");
    });
  });
});

function upload(request: object): object {
  return { kind: "upload", request };
}

function slot(id: string) {
  return { id, name: id };
}

async function addClaim(
  { db }: TestService,
  { linkId, urlsIssued, lastUrlExpiresAt }: { linkId: string; urlsIssued: number; lastUrlExpiresAt: number },
): Promise<void> {
  const now = Date.now();
  const claim = {
    id: unknownId(),
    linkId,
    generation: 0,
    visitorId: unknownId(),
    claimedAt: now,
    windowEndsAt: now + 900_000,
  };
  const issued = { count: urlsIssued, lastUrlExpiresAt };
  await db.transaction((tx) => linkVisitQueries(tx).claim({ generation: 0, passwordVersion: 0 }, { claim, issued }));
}
