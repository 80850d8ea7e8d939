import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { NewLink } from "../../index.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { openTestFiles } from "../../testing.ts";
import { createValetKeyAt } from "./create-valet-key.ts";
import { collectLines } from "./testing/collect-lines.ts";
import { drawer } from "./testing/drawer.ts";
import { createPlace, open, optionsAt, type TestUser, useEmbedding, users } from "./testing/embedding.ts";
import { links, sharing, visitorOf, withdrawn } from "./testing/sharing.ts";

const { ann, ben, cleo } = users;
const note = (filename: string) => ({ filename, body: Buffer.from(`the content of ${filename}`) });
const gone = { status: 404, body: { code: "link_not_found" } };
const denied = { code: "access_denied" };
const box = (itemId: string) => ({ resource: "box", itemId });

describe.each(engines)("the links of an embedding on $name", (engine) => {
  const embedding = useEmbedding(engine, sharing);
  const visit = (token: string, address?: string) =>
    visitorOf(embedding.files.fetch, token, { ...(address && { address }) });

  /** Adds a file to a new drawer, and makes a link to this drawer. */
  async function share(itemId: string, settings?: NewLink) {
    const { files } = embedding;
    const { id } = await files.attach(ann, drawer(itemId), note("a.txt"));
    return { fileId: id, link: await files.createLink(ann, drawer(itemId), settings) };
  }

  it("requirement 38: a call of mayShare that hangs delays neither other links nor later visits", async () => {
    const called = Promise.withResolvers<void>();
    const hanging = Promise.withResolvers<boolean>();
    let hangs = false;
    const mayShare = (user: TestUser) => {
      if (!hangs || user.id !== "ann") return true;
      hangs = false;
      called.resolve();
      return hanging.promise;
    };
    const resources = { drawer: { may: () => true, mayShare } };
    const { files } = await open(await createPlace(engine), { ...sharing, resources });
    const [ofAnn, ofBen] = await Promise.all([ann, ben].map((user) => files.createLink(user, drawer("hang"))));
    const look = (token = "") => visitorOf(files.fetch, token).look();
    hangs = true;
    const settled: string[] = [];
    const first = look(ofAnn?.token).finally(() => settled.push("first"));
    await called.promise;
    expect(await look(ofBen?.token)).toMatchObject({ status: 200 });
    expect(await look(ofAnn?.token)).toMatchObject({ status: 200 });
    expect(settled).toEqual([]);
    hanging.resolve(false);
    expect(await first).toMatchObject(gone);
  });

  it("a visitor without an account downloads exactly the files of a link", async () => {
    const { files } = embedding;
    const item = drawer("exact");
    const [a, b, c] = await Promise.all(["a.txt", "b.txt", "c.txt"].map((name) => files.attach(ann, item, note(name))));
    const fileIds = [a?.id as string, b?.id as string];
    const link = await files.createLink(ann, item, { fileIds, label: "For the tax office", expiresAt: null });
    expect(link).toMatchObject({ ...item, state: "live", createdBy: "ann", downloads: 0, expiresAt: undefined });
    expect(link.url).toBe(`https://app.example.com/files/s/${link.token}/download`);
    const visitor = visit(link.token);
    const { body: looked } = await visitor.look();
    expect(looked).toMatchObject({ state: "open", sharedBy: "Ann", label: "For the tax office" });
    expect(looked.files.map(({ id }: { id: string }) => id).sort()).toEqual([...fileIds].sort());
    expect(await visitor.claim({ attachmentIds: [c?.id as string] })).toMatchObject({ status: 404 });
    const { status, body } = await visitor.claim({ attachmentIds: [fileIds[0] as string] });
    expect(status).toBe(201);
    expect(await (await fetch(body.urls[0].fileUrl)).text()).toBe("the content of a.txt");
    expect((await visitor.urls(body.claimId)).body.urls).toHaveLength(2);
    const { links: listed } = await files.listLinks(ann, item);
    expect(listed).toMatchObject([{ id: link.id, url: link.url, state: "live", downloads: 1, visitors: 1 }]);
    const { events } = await files.activity(ann, item);
    expect(events.map(({ action }) => action)).toEqual(expect.arrayContaining(["link.created", "link.claimed"]));
    expect(JSON.stringify([listed, events, looked])).not.toContain("objectKey");
  });

  it("a link to an item also opens files that are added later, but no rejected files", async () => {
    const { files } = embedding;
    const link = await files.createLink(ann, drawer("later"));
    const visitor = visit(link.token);
    expect(await visitor.look()).toMatchObject({ status: 200, body: { files: [] } });
    await files.attach(ann, drawer("later"), note("later.txt"));
    const pdf = { filename: "b.txt", contentType: "text/plain", text: "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n" };
    expect(await embedding.as("ann").upload("/drawer/later", pdf)).toMatchObject({ status: 422 });
    const { body } = await visitor.look();
    expect(body.files).toMatchObject([{ filename: "later.txt" }]);
  });

  it("parallel visitors can't exceed the maximum number of downloads of a link", async () => {
    const { link } = await share("race", { maxDownloads: 2 });
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, nth) => visit(link.token, `192.0.2.${nth}`).claim()),
    );
    expect(claims.filter(({ status }) => status === 201)).toHaveLength(2);
    for (const claim of claims.filter(({ status }) => status !== 201)) expect(claim).toMatchObject(gone);
    const listed = await embedding.files.listLinks(ann, drawer("race"));
    expect(listed.links).toMatchObject([{ state: "used_up", downloads: 2, maxDownloads: 2 }]);
  });

  it("all URLs of a revoked link have expired at `urlsExpireAt`", async () => {
    const { files } = embedding;
    const { link } = await share("revoke");
    const first = visit(link.token);
    const { body: claim } = await first.claim();
    const [revoked, ...others] = await Promise.all([
      files.revokeLink(ann, link.id),
      ...Array.from({ length: 6 }, (_, nth) => visit(link.token, `192.0.2.${nth}`).claim()),
    ]);
    const issued = [claim, ...others.filter(({ status }) => status === 201).map(({ body }) => body)];
    const latest = Math.max(...issued.map(({ urls }) => Date.parse(urls[0].expiresAt)));
    expect(revoked.urlsExpireAt?.getTime()).toBeGreaterThanOrEqual(latest);
    for (const other of others.filter(({ status }) => status !== 201)) expect(other).toMatchObject(gone);
    expect(await first.urls(claim.claimId)).toMatchObject(gone);
    expect(await first.look()).toMatchObject(gone);
    expect(await files.revokeLink(ann, link.id)).toMatchObject({ urlsExpireAt: revoked.urlsExpireAt });
    expect((await files.listLinks(ann, drawer("revoke"))).links).toMatchObject([{ state: "revoked" }]);
  });

  it.each(["read", "share"] as const)(
    "requirement 38: a link works only while its creator may %s the item",
    async (right) => {
      const itemId = `withdrawn-${right}`;
      const { link } = await share(itemId);
      const visitor = visit(link.token);
      const { body: claim } = await visitor.claim();
      withdrawn[right].add(itemId);
      expect(await visitor.look()).toMatchObject(gone);
      expect(await visitor.claim()).toMatchObject(gone);
      expect(await visitor.urls(claim.claimId)).toMatchObject(gone);
      const { links: listed } = await embedding.files.asApplication.listLinks(drawer(itemId));
      expect(listed).toMatchObject([{ state: "orphaned" }]);
      withdrawn[right].delete(itemId);
      expect(await visitor.urls(claim.claimId)).toMatchObject({ status: 200 });
    },
  );

  it("after 10 wrong passwords for a link, an IP address can try no more passwords", async () => {
    const { link } = await share("password", { password: "open sesame" });
    expect(link.hasPassword).toBe(true);
    const guesser = visit(link.token, "198.51.100.7");
    expect((await guesser.look()).body).toEqual({ state: "locked", by: "password" });
    expect(await guesser.claim()).toMatchObject({ status: 403, body: { code: "wrong_password" } });
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, nth) => guesser.unlock(`guess ${nth}`)));
    expect(guesses.filter(({ status }) => status === 403)).toHaveLength(10);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(2);
    expect(await guesser.unlock("open sesame")).toMatchObject({ status: 429 });
    const friend = visit(link.token, "198.51.100.8");
    expect(await friend.unlock("open sesame")).toMatchObject({ status: 204 });
    expect(await friend.claim()).toMatchObject({ status: 201 });
  });

  it("a link to a whole item gives access to a restored file again", async () => {
    const { files } = embedding;
    const { fileId, link: ofItem } = await share("removed");
    const ofFile = await files.createLink(ann, drawer("removed"), { fileIds: [fileId] });
    await files.remove(ann, fileId);
    expect((await visit(ofItem.token).look()).body.files).toEqual([]);
    expect(await visit(ofItem.token).claim()).toMatchObject({ status: 404, body: { code: "attachment_not_found" } });
    expect(await visit(ofFile.token).look()).toMatchObject(gone);
    await files.restore(ann, fileId);
    expect((await visit(ofItem.token).look()).body.files).toMatchObject([{ id: fileId }]);
    expect(await visit(ofFile.token).look()).toMatchObject(gone);
    const states = (await files.listLinks(ann, drawer("removed"))).links.map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      [ofFile.id, "orphaned"],
      [ofItem.id, "live"],
    ]);
  });

  it("only users who may read and share an item can make, list and revoke its links", async () => {
    const { files } = embedding;
    const { link } = await share("rights");
    const { id: readable } = await files.attach(ann, drawer("read-links"), note("a.txt"));
    await expect(files.createLink(ben, drawer("rights"))).rejects.toMatchObject(denied);
    await expect(files.listLinks(ben, drawer("rights"))).rejects.toMatchObject(denied);
    await expect(files.revokeLink(ben, link.id)).rejects.toMatchObject(denied);
    await expect(files.createLink(cleo, drawer("read-links"))).rejects.toMatchObject(denied);
    const ofBen = await files.createLink(ben, drawer("read-links"), { fileIds: [readable] });
    expect(await visit(ofBen.token).look()).toMatchObject({ status: 200, body: { sharedBy: "" } });
    await expect(files.createLink(ann, drawer("rights"), { fileIds: [readable] })).rejects.toMatchObject({
      code: "attachment_not_found",
    });
    // The resource has no `mayShare`, so only the application itself can make links.
    await expect(files.createLink(ann, box("1"))).rejects.toMatchObject(denied);
    await files.attach(ann, box("1"), note("a.txt"));
    const ofApplication = await files.asApplication.createLink(box("1"));
    expect(ofApplication.createdBy).toBe("");
    expect(await visit(ofApplication.token).claim()).toMatchObject({ status: 201 });
    await expect(files.revokeLink(ann, ofApplication.id)).rejects.toMatchObject(denied);
    await files.asApplication.revokeLink(ofApplication.id);
    expect(await visit(ofApplication.token).look()).toMatchObject(gone);
  });

  it("an application can't open a link of another application with the same secret", async () => {
    const { link } = await share("foreign");
    const other = await open(await createPlace(engine), sharing);
    expect(await visitorOf(other.files.fetch, link.token).look()).toMatchObject(gone);
    await expect(other.files.revokeLink(ann, link.id)).rejects.toMatchObject({ code: "link_not_found" });
    await expect(other.files.asApplication.revokeLink(link.id)).rejects.toMatchObject({ code: "link_not_found" });
  });

  it("no link opens with a hostile id or a hostile token", async () => {
    const { link, fileId } = await share("hostile");
    const { files } = embedding;
    for (const id of ["", "\0", "\ud800", "__proto__", "x".repeat(100_000), fileId, crypto.randomUUID(), link.token]) {
      await expect(files.revokeLink(ann, id)).rejects.toMatchObject({ code: "link_not_found" });
    }
    await expect(files.revokeLink(ann, 42 as never)).rejects.toBeInstanceOf(TypeError);
    const damaged = link.token.slice(0, -1) + (link.token.endsWith("A") ? "B" : "A");
    for (const token of ["x", "%00", link.id, damaged, "constructor", "~"]) {
      expect(await visit(token).look()).toMatchObject(gone);
    }
    expect(await visit("x".repeat(300)).look()).toMatchObject({ status: 400 });
    expect(await visit(link.token).look()).toMatchObject({ status: 200 });
  });
});

// These behaviours do not depend on the database.
describe("the links of an embedding", () => {
  it.each([
    [{ maxDownload: 1 }, 'unknown option "maxDownload"'],
    [JSON.parse('{ "__proto__": 1 }'), 'unknown option "__proto__"'],
    [{ maxDownloads: 0 }, "maxDownloads must be"],
    [{ maxDownloads: "2" }, "maxDownloads must be"],
    [{ password: "short" }, "password must be"],
    [{ password: null }, "password must be"],
    [{ expiresAt: "tomorrow" }, "expiresAt must be"],
    [{ expiresAt: new Date(Number.NaN) }, "expiresAt must be"],
    [{ expiresAt: new Date("+010000-01-01T00:00:00Z") }, "expiresAt must be"],
    [{ fileIds: [] }, "fileIds must be"],
    [{ fileIds: new Array(3) }, "The id of a file must be a text"],
    [{ fileIds: [42] }, "The id of a file must be a text"],
    [{ label: "\0" }, "label must be"],
    [{ showPreviews: 1 }, "showPreviews must be"],
  ])("createLink refuses the wrong settings %j", async (settings, problem) => {
    const { files } = await openTestFilesOfTest();
    const created = files.createLink(ann, drawer("settings"), settings as never);
    await expect(created).rejects.toThrow(problem);
    await expect(created).rejects.toBeInstanceOf(TypeError);
  });

  class WithPassword {
    get password() {
      return "open sesame";
    }
  }

  it.each([
    ["null", null],
    ["a number", 42],
    ["a boolean", true],
    ["a text", ""],
    ["an array", []],
    ["a map", new Map([["password", "open sesame"]])],
    ["an object with an inherited password", Object.create({ password: "open sesame" })],
    ["an instance of a class", new WithPassword()],
  ])("createLink refuses %s instead of settings, and makes no link", async (_, settings) => {
    const { files } = await openTestFilesOfTest();
    const created = files.createLink(ann, drawer("settings"), settings as never);
    await expect(created).rejects.toThrow(/^The settings of a link must be a plain object/);
    await expect(created).rejects.toBeInstanceOf(TypeError);
    expect((await files.listLinks(ann, drawer("settings"))).links).toEqual([]);
  });

  it("createLink accepts settings that have no prototype", async () => {
    const { files } = await openTestFilesOfTest();
    const expiresAt = new Date("9999-12-31T23:59:59.999Z");
    const { token } = await files.createLink(ann, drawer("1"), Object.assign(Object.create(null), { expiresAt }));
    expect(await visitorOf(files.fetch, token).look()).toMatchObject({
      status: 200,
      body: { expiresAt: "9999-12-31T23:59:59.999Z" },
    });
  });

  it.each([
    [{ cursor: 42 }, "cursor must be"],
    [null, "The page must be an object"],
  ])("listLinks refuses the page %j with a TypeError", async (page, problem) => {
    const { files } = await openTestFilesOfTest();
    const listed = files.listLinks(ann, drawer("1"), page as never);
    await expect(listed).rejects.toThrow(problem);
    await expect(listed).rejects.toBeInstanceOf(TypeError);
  });

  it("the hook onDownload receives the downloads of a link's visitors", async () => {
    const downloads: unknown[] = [];
    const { files, clock, runHooks } = await openTestFilesOfTest((file: { filename: string }, _: string, by: object) =>
      downloads.push({ filename: file.filename, ...by }),
    );
    await files.attach(ann, drawer("1"), note("a.txt"));
    await expect(files.createLink(ann, drawer("1"), { expiresAt: new Date(0) })).rejects.toMatchObject({
      code: "invalid_request",
    });
    const link = await files.createLink(ann, drawer("1"));
    const visitor = visitorOf(files.fetch, link.token);
    expect(await visitor.claim()).toMatchObject({ status: 201 });
    clock.advance({ seconds: 31 });
    await runHooks();
    expect(downloads).toMatchObject([{ filename: "a.txt", userId: undefined, purpose: "download" }]);
    clock.advance({ days: 7 });
    expect(await visitor.look()).toMatchObject(gone);
    expect((await files.listLinks(ann, drawer("1"))).links).toMatchObject([{ state: "expired" }]);
  });

  it.each([
    ["finds no user", () => null, false],
    ["throws", () => Promise.reject(new Error("down")), true],
    ["returns another user", () => ben, true],
    ["returns no user object", () => "ann", true],
  ])("requirement 38: a link does not open if findUser %s", async (_, findUser, isFault) => {
    const place = await createPlace(sqlite);
    const first = await open(place, sharing);
    const link = await first.files.createLink(ann, drawer("1"));
    await first.close();
    const { files, log } = await open(place, { ...sharing, links: { ...links, findUser: findUser as () => null } });
    expect(await visitorOf(files.fetch, link.token).look()).toMatchObject(gone);
    expect(log().includes("findUser")).toBe(isFault);
  });

  it("requirement 38: a link does not open if mayShare returns a truthy value", async () => {
    const place = await createPlace(sqlite);
    const first = await open(place, sharing);
    const link = await first.files.createLink(ann, drawer("1"));
    await first.close();
    const mayShare = (() => "yes") as unknown as () => boolean;
    const { files, log } = await open(place, { ...sharing, resources: { drawer: { may: () => true, mayShare } } });
    expect(await visitorOf(files.fetch, link.token).look()).toMatchObject(gone);
    await expect(files.createLink(ann, drawer("1"))).rejects.toMatchObject(denied);
    expect(log()).toContain("mayShare() made no decision");
  });

  it("links work after a change of the secret if oldSecrets has the former secret", async () => {
    const place = await createPlace(sqlite);
    const first = await open(place, sharing);
    const { token } = await first.files.createLink(ann, drawer("1"));
    await first.close();
    const secret = "another secret of the tests, 32 letters";
    const rotated = await open(place, { ...sharing, links: { ...links, secret, oldSecrets: [links.secret] } });
    expect(await visitorOf(rotated.files.fetch, token).look()).toMatchObject({ status: 200 });
    await rotated.close();
    const lost = await open(place, { ...sharing, links: { ...links, secret } });
    expect(await visitorOf(lost.files.fetch, token).look()).toMatchObject(gone);
  });

  it("the URLs of a link expire within the time that the resource currently permits", async () => {
    const place = await createPlace(sqlite);
    const { drawer: rules } = sharing.resources;
    const withTtl = (urlTtlSeconds: number) => ({
      ...sharing,
      resources: { drawer: { ...rules, urlTtlSeconds }, box: { may: () => true, urlTtlSeconds: 3600 } },
    });
    const first = await open(place, withTtl(3600));
    await first.files.attach(ann, drawer("1"), note("a.txt"));
    const { token } = await first.files.createLink(ann, drawer("1"));
    expect((await visitorOf(first.files.fetch, token).claim()).body.urls).toMatchObject([{ expiresIn: 900 }]);
    await first.close();
    const { files } = await open(place, withTtl(30));
    expect((await visitorOf(files.fetch, token).claim()).body.urls).toMatchObject([{ expiresIn: 30 }]);
  });

  it("many downloads of one visitor do not delay the other visitors of a link", async () => {
    const { files, asked, release } = await openSlow({ heldCalls: 3 });
    await files.attach(ann, drawer("1"), note("a.txt"));
    const { token } = await files.createLink(ann, drawer("1"));
    const claimFrom = (address: string) => visitorOf(files.fetch, token, { address }).claim();
    let finished = 0;
    const hostile = Array.from({ length: 10 }, () => claimFrom("192.0.2.66").finally(() => finished++));
    await vi.waitFor(() => expect(asked).toHaveLength(3), { timeout: 5_000 });
    expect(await claimFrom("192.0.2.7")).toMatchObject({ status: 201 });
    expect(finished).toBe(0);
    release();
    await Promise.all(hostile);
  });

  it("`may` is not called for a revoked link, or for a visitor over a limit", async () => {
    const { files, asked, release } = await openSlow();
    release();
    await files.attach(ann, drawer("1"), note("a.txt"));
    const [revoked, open, locked] = await Promise.all(
      [{}, {}, { password: "open sesame" }].map((settings) => files.createLink(ann, drawer("1"), settings)),
    );
    await files.revokeLink(ann, revoked?.id as string);
    expect(await visitorOf(files.fetch, revoked?.token as string).look()).toMatchObject(gone);
    expect(asked).toHaveLength(0);
    const guesser = visitorOf(files.fetch, locked?.token as string);
    for (let nth = 0; nth < 10; nth++) expect((await guesser.unlock("wrong guess")).status).toBe(403);
    asked.length = 0;
    expect((await guesser.unlock("wrong guess")).status).toBe(429);
    expect(asked).toHaveLength(0);
    const visitor = visitorOf(files.fetch, open?.token as string);
    for (let nth = 0; nth < 60; nth++) expect((await visitor.claim()).status).toBe(201);
    asked.length = 0;
    expect((await visitor.claim()).status).toBe(429);
    expect(asked).toHaveLength(0);
  });

  it("listLinks checks the rights of at most 20 creators in parallel", async () => {
    const { files, asked, release } = await openSlow();
    for (let nth = 0; nth < 21; nth++) await files.createLink({ ...ann, id: `u${nth}` }, drawer("1"));
    const listed = files.listLinks(ann, drawer("1"));
    await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(20), { timeout: 4_000 });
    expect(asked).toHaveLength(20);
    release();
    expect((await listed).links.map(({ state }) => state)).toEqual(Array.from({ length: 21 }, () => "live"));
  });

  it("an embedded service without the option `links` has no links", async () => {
    const { files } = await open(await createPlace(sqlite));
    await expect(files.createLink(ann, { resource: "invoice", itemId: "42" })).rejects.toMatchObject({
      code: "links_disabled",
    });
    expect(await visitorOf(files.fetch, "x").look()).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no address");
      },
    ],
    ["returns no address", () => "localhost"],
  ])("if clientAddress %s, the log warns once that all link visitors share one limit", async (_, clientAddress) => {
    const { files, log } = await open(await createPlace(sqlite), { ...sharing, links: { ...links, clientAddress } });
    const { token } = await files.createLink(ann, drawer("1"));
    for (let nth = 0; nth < 2; nth++) {
      expect(await visitorOf(files.fetch, token).look()).toMatchObject({ status: 200 });
    }
    expect(log().split("Set links.clientAddress")).toHaveLength(2);
  });

  it("the background work deletes old download claims and old counts of links", async () => {
    const place = await createPlace(sqlite);
    let passedMs = 0;
    const clock = () => Date.now() + passedMs;
    const { logger } = collectLines();
    const files = await createValetKeyAt(optionsAt(place, { ...sharing, background: false, logger }), { clock });
    onTestFinished(files.close);
    await files.attach(ann, drawer("1"), note("a.txt"));
    const { token } = await files.createLink(ann, drawer("1"));
    expect(await visitorOf(files.fetch, token).claim()).toMatchObject({ status: 201 });
    const db = new DatabaseSync(place.database, { readOnly: true });
    onTestFinished(() => db.close());
    const count = (table: string) => db.prepare(`select count(*) as rows from ${table}`).get()?.rows;
    await files.tick();
    expect([count("link_claims"), count("limit_counts")]).toEqual([1, 1]);
    passedMs = 2 * 86_400_000;
    await files.tick();
    expect([count("link_claims"), count("limit_counts")]).toEqual([0, 0]);
  });

  it("requirement 39: a page of another origin needs the option `origins` to get files", async () => {
    const origins = ["https://www.example.com"];
    const { files } = await open(await createPlace(sqlite), { ...sharing, origins });
    await files.attach(ann, drawer("1"), note("a.txt"));
    const { token } = await files.createLink(ann, drawer("1"));
    const claimFrom = (origin: string) =>
      visitorOf(files.fetch, token).claim(undefined, { origin, "sec-fetch-site": "cross-site" });
    expect(await claimFrom("https://evil.example")).toMatchObject({
      status: 403,
      body: { code: "cross_site_request" },
    });
    expect(await claimFrom("https://www.example.com")).toMatchObject({ status: 201 });
  });
});

async function openTestFilesOfTest(onDownload?: (file: { filename: string }, id: string, by: object) => unknown) {
  const drawerRules = { may: () => true, mayShare: () => true, ...(onDownload && { onDownload }) };
  const opened = await openTestFiles({ links, resources: { drawer: drawerRules } });
  onTestFinished(opened.close);
  return opened;
}

/** Opens an embedding in which the first calls of `findUser` wait for `release`. `asked` collects the ids that these calls get. */
async function openSlow({ heldCalls = Number.POSITIVE_INFINITY } = {}) {
  const asked: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const findUser = async (id: string) => {
    asked.push(id);
    if (asked.length <= heldCalls) await released;
    return { ...ann, id };
  };
  const resources = { drawer: { may: () => true, mayShare: () => true } };
  const { files } = await open(await createPlace(sqlite), { resources, links: { ...links, findUser } });
  return { files, asked, release };
}
