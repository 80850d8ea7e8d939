import { describe, expect, it } from "vitest";
import type { LinkPolicy } from "../../../platform/config/limits.ts";
import { DomainError } from "../../../platform/errors.ts";
import { limitCountQueries } from "../../../platform/limits/in-database.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { storeLink, tokenOfLink, visitorOf } from "../../../testing/link-visits.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { auditQueries } from "../../audit/queries.ts";
import { noteQueries } from "../../notes/queries.ts";
import { linkQueries } from "../queries/links.ts";

const PASSWORD = "open sesame";
const WINDOW_MS = 900_000;
const DAY_MS = 86_400_000;

describe.each(engines)("visitors of links on $name", (engine) => {
  const service = useService({ engine });
  const visitor = (given?: Parameters<typeof visitorOf>[1]) => visitorOf(service.app, given);
  const counted = async (linkId: string) => (await linkQueries(service.db).find(linkId))?.link;

  it("a visitor sees the files of a link and the name of the person who shares them", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "Ann" });
    const { token, files, link } = await storeLink(service.db, { message: "For you", maxClaims: 3 });
    const { status, body, headers } = await visitor().look(`contract-2026~${token}`);
    expect(status).toBe(200);
    const [{ id, filename, sizeBytes, contentType }] = files;
    expect(body).toEqual({
      state: "open",
      kind: "download",
      label: link.label,
      message: "For you",
      sharedBy: "Ann",
      expiresAt: new Date(link.expiresAt as number).toISOString(),
      claimsLeft: 3,
      claim: null,
      files: [{ id, filename, sizeBytes, contentType }],
      abuseContact: null,
    });
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex, nofollow",
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("the pass of a visitor expires together with the link", async () => {
    const { token, link } = await storeLink(service.db, { password: PASSWORD });
    const { status, headers } = await visitor().unlock(token, PASSWORD);
    expect(status).toBe(204);
    expect(headers["set-cookie"]).toContain(`Expires=${new Date(link.expiresAt as number).toUTCString()}`);
  });

  it.each([undefined, PASSWORD])(
    "a visitor can open a link while the disk is full (password: %s)",
    async (password) => {
      let isFull = false;
      const refuse = <T>(run: () => Promise<T>) =>
        isFull ? Promise.reject(new DomainError("storage_full", "The disk of the database is full")) : run();
      const full = await startServiceInTest({
        engine,
        wrap: {
          database: (db) => ({
            ...db,
            built: withQueries(db, limitCountQueries, {
              take: (...given) => refuse(() => limitCountQueries(db).take(...given)),
            }),
            transaction: (...given) => refuse(() => db.transaction(...given)),
          }),
        },
      });
      const { token } = await storeLink(full.db, password === undefined ? {} : { password });
      isFull = true;
      const { status, body } = await visitorOf(full.app).look(token);
      expect([status, body.state]).toEqual([200, password === undefined ? "open" : "locked"]);
      expect((await visitorOf(full.app).send(`GET /s/${token}/download`)).status).toBe(200);
    },
  );

  it("a visitor never sees the email address of a sender without a name", async () => {
    await service.useCases.rememberPerson({ id: "nameless", email: "nameless@example.com", name: undefined });
    const own = { ownerId: "nameless", createdBy: "nameless" };
    const { token, note } = await storeLink(service.db, own);
    const { kysely } = service.database.db;
    await kysely.updateTable("notes").set({ owner_id: "nameless" }).where("id", "=", note.id).execute();
    const { body } = await visitor().look(token);
    expect(body).toMatchObject({ state: "open", sharedBy: "" });
    const page = await visitor().send(`GET /s/${token}/download`);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain("nameless");
  });

  it("a visit to a link counts the visitor once, and uses no download claim", async () => {
    const { token, link } = await storeLink(service.db, { maxClaims: 1 });
    const ann = visitor();
    for (let nth = 0; nth < 3; nth += 1) expect((await ann.look(token)).status).toBe(200);
    await visitor().look(token);
    expect(await counted(link.id)).toMatchObject({ opened: 2, claims: 0 });
    const { items } = await auditQueries(service.db).listOfNote(link.noteId, { limit: 10, cursor: undefined });
    expect(items.map(({ action }) => action)).toEqual(["link.opened"]);
  });

  it("a visit to a link sets one cookie that scripts and other sites cannot use", async () => {
    const { token } = await storeLink(service.db);
    const { headers } = await visitor().look(token);
    expect(headers["set-cookie"]).toMatch(
      /^__Host-vk_link_[\w-]{16}=[\w-]{62}; Expires=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it("a visitor keeps the cookies of only the ten newest links", async () => {
    const cookies = new Map(Array.from({ length: 12 }, (_, nth) => [`__Host-vk_link_${nth}`, "x"] as const));
    const { token } = await storeLink(service.db);
    const { headers } = await visitor({ cookies }).look(token);
    const removed = [headers["set-cookie"]].flat().filter((cookie) => cookie?.includes("Max-Age=0"));
    expect(removed.map((cookie) => cookie?.split("=")[0])).toEqual([0, 1, 2].map((nth) => `__Host-vk_link_${nth}`));
  });

  it("the response headers stay short for a visitor of many links", async () => {
    const cookies = new Map(Array.from({ length: 69 }, (_, nth) => [`__Host-vk_link_${nth}`, "x"] as const));
    const { token } = await storeLink(service.db, { password: PASSWORD });
    const ann = visitor({ cookies });
    const { headers } = await ann.send(`POST /s/${token}/download`, { form: `password=${PASSWORD}` });
    // By default, nginx accepts 4,096 bytes of response headers. The cookies must leave space for other headers.
    expect([headers["set-cookie"]].flat().join("\r\nset-cookie: ").length).toBeLessThan(4_096 / 2);
    const [own] = [headers["set-cookie"]].flat();
    // Ten cookies of this length are far below the limit of 8 kB in nginx for the headers of a request.
    expect(own?.split(";")[0]?.length).toBeLessThan(150);
  });

  it("the activity records each download claim of a link and the issued URLs", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2, maxClaims: 1 });
    const ann = visitor();
    await ann.look(token);
    const { status, body } = await ann.claim(token);
    expect(status).toBe(201);
    expect(body.urls.map((url: { attachmentId: string }) => url.attachmentId)).toEqual(files.map(({ id }) => id));
    expect(body.urls[0]).toMatchObject({ expiresIn: 60, fileUrl: expect.stringMatching(/^http/) });
    expect(Date.parse(body.windowEndsAt)).toBeGreaterThan(Date.now() + WINDOW_MS - 60_000);
    expect(await counted(link.id)).toMatchObject({ claims: 1 });
    const { items } = await auditQueries(service.db).listOfNote(link.noteId, { limit: 10, cursor: undefined });
    expect(items.map(({ action }) => action)).toEqual(["url.issued", "link.claimed", "link.opened"]);
    const [issued, claimed, opened] = items;
    expect(new Set(items.map(({ actorId }) => actorId)).size).toBe(1);
    expect(opened?.actorId).toMatch(/^visitor:/);
    const detail = { linkId: link.id, label: link.label, claimId: body.claimId, purpose: "download" };
    expect(claimed?.detail).toEqual(detail);
    expect(issued).toMatchObject({ attachmentIds: files.map(({ id }) => id), detail: { expiresInSeconds: 60 } });
  });

  it("a download claim that is repeated in its time window does not count again", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2, maxClaims: 1 });
    const ann = visitor();
    const { body } = await ann.claim(token, { attachmentIds: [files[0].id] });
    const again = await ann.claim(token);
    expect(again.body).toMatchObject({ claimId: body.claimId, windowEndsAt: body.windowEndsAt });
    const urls = await ann.urls(token, body.claimId, { attachmentIds: [files[1]?.id], disposition: "inline" });
    expect(urls.status).toBe(200);
    expect(urls.body.urls).toHaveLength(1);
    expect((await ann.look(token)).body).toMatchObject({ claimsLeft: 0, claim: { id: body.claimId } });
    expect(await counted(link.id)).toMatchObject({ claims: 1 });
    expect(await linkQueries(service.db).findDetails(link.id)).toMatchObject({ urlsIssued: 4 });
    expect((await visitor().look(token)).status).toBe(404);
  });

  it("the service deletes a download claim a day after its time window, but keeps the count", async () => {
    const own = await startServiceInTest({ engine });
    const { link, token } = await storeLink(own.db, { fileCount: 2, expiresAt: undefined });
    expect((await visitorOf(own.app).claim(token)).status).toBe(201);
    const claims = own.database.db.kysely.selectFrom("link_claims").select("id");
    own.advance(WINDOW_MS + DAY_MS - 60_000);
    await own.useCases.deleteOldClaims();
    expect(await claims.execute()).toHaveLength(1);
    own.advance(60_001);
    await own.useCases.deleteOldClaims();
    expect(await claims.execute()).toEqual([]);
    const details = await linkQueries(own.db).findDetails(link.id);
    expect(details).toMatchObject({ link: { claims: 1 }, urlsIssued: 2, lastUrlExpiresAt: expect.any(Number) });
  });

  it("a download claim counts once if its response was lost and the visitor repeats it", async () => {
    const { link, token } = await storeLink(service.db, { maxClaims: 1 });
    const ann = visitor();
    await ann.look(token);
    const cookie = new Map(ann.cookies);
    const lost = await ann.claim(token);
    ann.cookies.clear();
    for (const [name, value] of cookie) ann.cookies.set(name, value);
    expect((await ann.claim(token)).body.claimId).toBe(lost.body.claimId);
    expect(await counted(link.id)).toMatchObject({ claims: 1 });
  });

  it("parallel download claims of one visitor count only once", async () => {
    const { link, token } = await storeLink(service.db, { maxClaims: 3 });
    const ann = visitor();
    await ann.look(token);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ann.claim(token)));
    expect(new Set(answers.map(({ body }) => body.claimId)).size).toBe(1);
    expect(await counted(link.id)).toMatchObject({ claims: 1 });
  });

  it("the URL of a download claim expires no later than the link and the claim's time window", async () => {
    const soon = await storeLink(service.db, { expiresAt: Date.now() + 30_500 });
    const { body } = await visitor().claim(soon.token);
    expect(body.urls[0].expiresIn).toBeLessThanOrEqual(30);
    expect(Date.parse(body.windowEndsAt)).toBe(soon.link.expiresAt);
    const long = await storeLink(service.db, { urlTtlSeconds: 86_400 });
    expect((await visitor().claim(long.token)).body.urls[0].expiresIn).toBeLessThanOrEqual(900);
  });

  it("a link to one file does not open the other files of the note", async () => {
    const { token, note, files } = await storeLink(service.db, {
      fileCount: 3,
      opens: ([, second]) => [second as never],
    });
    const [first, second] = files;
    expect((await visitor().look(token)).body.files).toMatchObject([{ id: second?.id }]);
    const refused = await visitor().claim(token, { attachmentIds: [first.id] });
    expect(refused).toMatchObject({ status: 404, body: { code: "attachment_not_found" } });
    expect((await visitor().claim(token)).body.urls).toHaveLength(1);
    await service.db.transaction((tx) => noteQueries(tx).delete(note.id));
    expect((await visitor().look(token)).status).toBe(404);
  });

  describe("requirement 22: links with a password", () => {
    it("a link with a password shows nothing before the visitor enters the password", async () => {
      const { token, link } = await storeLink(service.db, { password: PASSWORD, maxClaims: 5 });
      const ann = visitor();
      const locked = await ann.look(token);
      expect(locked).toMatchObject({ status: 200, text: '{"state":"locked","by":"password"}' });
      expect(locked.headers["set-cookie"]).toBeUndefined();
      expect(await ann.claim(token)).toMatchObject({ status: 403, body: { code: "wrong_password" } });
      expect(await ann.unlock(token, "open sesam")).toMatchObject({ status: 403, body: { code: "wrong_password" } });
      expect((await ann.unlock(token, PASSWORD)).status).toBe(204);
      expect((await ann.look(token)).body).toMatchObject({ state: "open", claimsLeft: 5 });
      expect((await ann.claim(token)).status).toBe(201);
      expect(await counted(link.id)).toMatchObject({ claims: 1, opened: 1 });
    });

    it("a visitor with an open download claim must enter the new password of a link", async () => {
      const { token, link } = await storeLink(service.db, { password: PASSWORD, maxClaims: 1 });
      const other = await storeLink(service.db, { password: "another one" });
      const ann = visitor();
      await ann.unlock(token, PASSWORD);
      const { claimId } = (await ann.claim(token)).body;
      const { kysely } = service.database.db;
      const changed = { password_version: 1, password_hash: other.link.passwordHash as string };
      await kysely.updateTable("links").set(changed).where("id", "=", link.id).execute();
      expect((await ann.look(token)).body).toEqual({ state: "locked", by: "password" });
      expect((await ann.urls(token, claimId)).status).toBe(403);
      await ann.unlock(token, "another one");
      expect((await ann.urls(token, claimId)).status).toBe(200);
    });
  });

  it("the service refuses a write request to a link from a page of another site", async () => {
    const { token, link } = await storeLink(service.db);
    const headersOf = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://x.example" },
    ];
    for (const headers of headersOf) {
      for (const call of [`POST /public/links/${token}/claims`, `POST /s/${token}/download`]) {
        expect((await visitor().send(call, { headers, form: "" })).body.code).toBe("cross_site_request");
      }
    }
    expect(await counted(link.id)).toMatchObject({ claims: 0 });
  });

  it("a link stops working when the operator's policy no longer permits it", async () => {
    const policy: LinkPolicy = {
      isEnabled: true,
      maxExpirySeconds: undefined,
      isPasswordRequired: false,
      windowSeconds: 60,
      abuseContact: "abuse@example.com",
    };
    const open = await storeLink(service.db, { createdAt: Date.now() - 100_000 });
    const replicaWith = async (links: Partial<LinkPolicy>) =>
      visitorOf(
        (await startServiceInTest({ engine, beside: service, limits: { links: { ...policy, ...links } } })).app,
      );
    expect((await (await replicaWith({})).look(open.token)).body.abuseContact).toBe("abuse@example.com");
    const stricter: Partial<LinkPolicy>[] = [
      { isEnabled: false },
      { isPasswordRequired: true },
      { maxExpirySeconds: 99 },
    ];
    for (const links of stricter) {
      expect((await (await replicaWith(links)).look(open.token)).body.code).toBe("link_not_found");
    }
  });

  it("a visitor can make a download claim and download files without a request body", async () => {
    const { token } = await storeLink(service.db);
    const ann = visitor();
    const { status, body } = await ann.send(`POST /public/links/${token}/claims`);
    expect(status).toBe(201);
    expect((await ann.send(`POST /public/links/${token}/claims/${body.claimId}/urls`)).status).toBe(200);
    expect((await ann.send(`POST /s/${token}/download`)).status).toBe(303);
  });

  it("a file request returns plain text to a terminal", async () => {
    const request = { kind: "upload", request: undefined } as const;
    const { token, link } = await storeLink(service.db, request);
    expect((await visitor().claim(token)).body.code).toBe("link_not_found");
    expect((await visitor().send(`GET /s/${tokenOfLink(link)}/download`)).text).toContain("receives files");
  });
});
