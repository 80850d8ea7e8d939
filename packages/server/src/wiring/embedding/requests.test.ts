import { describe, expect, it, onTestFinished } from "vitest";
import type { ItemFile, ItemName, NewFileRequest, Resource, Validation } from "../../index.ts";
import { startStandIn } from "../../platform/scanner/testing/stand-in.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { openTestFiles } from "../../testing.ts";
import { drawer, pictures } from "./testing/drawer.ts";
import { createPlace, open, type TestUser, useEmbedding, users } from "./testing/embedding.ts";
import { links, put, sharing, visitorOf, withdrawn } from "./testing/sharing.ts";

const { ann, ben, cleo } = users;
const gone = { status: 404, body: { code: "link_not_found" } };
const full = { status: 409, body: { code: "request_full" } };
const denied = { code: "access_denied" };
const box = (itemId: string) => ({ resource: "box", itemId });

const requesting = {
  ...sharing,
  itemQuotaBytes: 1_000,
  resources: {
    ...sharing.resources,
    pictures: {
      may: (user: TestUser) => user.id === "ann",
      mayRequest: () => true,
      accept: ["image/png", "text/plain"],
      maxBytes: 100,
      validate: ({ filename }: { filename: string }, user: TestUser): Validation =>
        filename === "refused.txt" ? `${user.name} accepts no such file.` : { tags: ["sent"] },
    },
  },
};

describe.each(engines)("the file requests of an embedding on $name", (engine) => {
  const embedding = useEmbedding(engine, requesting);
  const visit = (token: string, address?: string) =>
    visitorOf(embedding.files.fetch, token, { ...(address && { address }) });
  const request = (itemId: string, settings?: NewFileRequest) =>
    embedding.files.createFileRequest(ann, drawer(itemId), settings);

  it("a visitor without an account sends a file through a file request", async () => {
    const { files } = embedding;
    const made = await request("sent", { label: "Your passport", maxFiles: 2, expiresAt: null, askName: "required" });
    expect(made).toMatchObject({ ...drawer("sent"), state: "live", createdBy: "ann", maxFiles: 2, accept: [] });
    expect(made.url).toBe(`https://app.example.com/files/s/${made.token}/download`);
    const visitor = visit(made.token);
    expect((await visitor.look()).body).toMatchObject({
      ...{ state: "open", kind: "upload", sharedBy: "Ann", label: "Your passport" },
      request: { filesLeft: 2, askName: "required", sent: [] },
    });
    expect(await visitor.sendFile("hello")).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(await visitor.sendFile("hello", { visitorName: "Maria" })).toMatchObject({
      status: 200,
      body: { state: "ready", filename: "a.txt" },
    });
    const { files: listed } = await files.list(ann, drawer("sent"));
    expect(listed).toMatchObject([
      { filename: "a.txt", state: "ready", createdBy: expect.stringMatching(/^visitor:/) },
    ]);
    const { url } = await files.issueUrl(ann, listed[0]?.id as string);
    expect(await (await fetch(url)).text()).toBe("hello");
    const { body } = await embedding.as("ann").send("GET /drawer/sent");
    expect(body.items).toMatchObject([{ createdBy: { name: "Maria (visitor)" } }]);
    const { fileRequests } = await files.listFileRequests(ann, drawer("sent"));
    expect(fileRequests).toMatchObject([{ ...made, visitors: 1, received: { files: 1, bytes: 5 } }]);
    const { events } = await files.activity(ann, drawer("sent"));
    const received = events.find(({ action }) => action === "link.received");
    expect(received).toMatchObject({ detail: { visitorName: "Maria" } });
  });

  it("a visitor sees and removes only their own files of a file request", async () => {
    const { token } = await request("own");
    const [maria, paul] = [visit(token), visit(token, "192.0.2.2")];
    const { body: sent } = await maria.sendFile("hello");
    expect((await maria.look()).body.request.sent).toMatchObject([{ uploadId: sent.uploadId }]);
    await paul.sendFile("good morning");
    expect((await paul.send("GET /uploads")).body.files).toMatchObject([{ sizeBytes: 12 }]);
    for (const call of [`GET /uploads/${sent.uploadId}`, `DELETE /uploads/${sent.uploadId}`]) {
      expect(await paul.send(call)).toMatchObject({ status: 404, body: { code: "upload_not_found" } });
    }
    // A user of the application can't access the upload of a visitor either.
    expect(await embedding.as("ann").send(`GET /uploads/${sent.uploadId}`)).toMatchObject({ status: 404 });
    expect(await maria.send(`DELETE /uploads/${sent.uploadId}`)).toMatchObject({ status: 204 });
    expect((await embedding.files.list(ann, drawer("own"))).files).toMatchObject([{ sizeBytes: 12 }]);
  });

  it("visitors of two replicas together can't exceed the limits of a file request", async () => {
    const place = await createPlace(engine);
    const [one, two] = [await open(place, requesting), await open(place, requesting)];
    const { token } = await one.files.createFileRequest(ann, drawer("race"), { maxFiles: 3, maxBytesTotal: 17 });
    const starts = await Promise.all(
      Array.from({ length: 10 }, (_, nth) => {
        const { fetch } = nth % 2 === 0 ? one.files : two.files;
        return visitorOf(fetch, token, { address: `192.0.2.${nth}` }).start("7 bytes");
      }),
    );
    expect(starts.filter(({ status }) => status === 201)).toHaveLength(2);
    for (const refused of starts.filter(({ status }) => status !== 201)) expect(refused).toMatchObject(full);
  });

  it("the quota of an item also limits the files of visitors", async () => {
    const { token } = await request("quota");
    const visitor = visit(token);
    expect(await visitor.sendFile("x".repeat(900))).toMatchObject({ status: 200 });
    const refused = await visitor.start("x".repeat(101));
    expect(refused.body).toMatchObject({ code: "quota_exceeded" });
    expect(refused.body.detail).not.toContain("1000");
  });

  it.each(["add", "request"] as const)(
    "requirement 38: a file request works only while its creator may %s files",
    async (right) => {
      const itemId = `withdrawn-${right}`;
      const { token } = await request(itemId);
      const visitor = visit(token);
      const { upload } = (await visitor.start("hello")).body;
      await put(upload, "hello");
      withdrawn[right].add(itemId);
      expect(await visitor.look()).toMatchObject(gone);
      expect(await visitor.start("hello")).toMatchObject(gone);
      expect(await visitor.send("POST /uploads/batch", { uploads: [] })).toMatchObject({ status: 400 });
      expect(await visitor.send("GET /uploads")).toMatchObject(gone);
      expect(await visitor.send(`POST /uploads/${upload.id}/parts`, { partNumbers: [1] })).toMatchObject(gone);
      expect(await visitor.complete(upload.id)).toMatchObject(gone);
      const { fileRequests } = await embedding.files.asApplication.listFileRequests(drawer(itemId));
      expect(fileRequests).toMatchObject([{ state: "orphaned" }]);
      withdrawn[right].delete(itemId);
      expect(await visitor.complete(upload.id)).toMatchObject({ status: 200, body: { state: "ready" } });
    },
  );

  it("a file request that is revoked during an upload attaches no file", async () => {
    const { id, token } = await request("revoked");
    const visitor = visit(token);
    const { upload } = (await visitor.start("hello")).body;
    await put(upload, "hello");
    await embedding.files.revokeFileRequest(ann, id);
    expect(await visitor.complete(upload.id)).toMatchObject(gone);
    expect(await visitor.look()).toMatchObject(gone);
    expect((await embedding.files.list(ann, drawer("revoked"))).files).toEqual([]);
    await embedding.files.revokeFileRequest(ann, id);
    const { fileRequests } = await embedding.files.listFileRequests(ann, drawer("revoked"));
    expect(fileRequests).toMatchObject([{ state: "revoked" }]);
  });

  it("the rules of the resource also apply to the files of visitors", async () => {
    const { files } = embedding;
    const made = await files.createFileRequest(ann, pictures("rules"));
    expect(made).toMatchObject({ maxBytesPerFile: 100, accept: ["image/png", "text/plain"] });
    const visitor = visit(made.token);
    const codeOf = async (text: string, file = {}) => (await visitor.sendFile(text, file)).body.code;
    expect(await codeOf("x".repeat(101))).toBe("file_too_large");
    expect(await codeOf("hello", { contentType: "application/pdf" })).toBe("kind_not_accepted");
    expect((await visitor.sendFile("hello", { filename: "refused.txt" })).body).toMatchObject({
      code: "file_refused",
      detail: "Ann accepts no such file.",
    });
    const onlyText = await files.createFileRequest(ann, pictures("rules"), { accept: ["text/*"] });
    expect((await visit(onlyText.token).start("hello", { contentType: "image/png" })).body).toMatchObject({
      code: "kind_not_accepted",
    });
    expect(await visitor.sendFile("hello")).toMatchObject({ status: 200 });
    expect((await files.find(ann, "pictures", { tag: "sent" })).files).toMatchObject([{ filename: "a.txt" }]);
  });

  it("a visitor's upload can't start if the creator loses the right during `validate`", async () => {
    const lost = new Set<string>();
    const validate = (_file: unknown, _user: unknown, { itemId }: { itemId: string }) => void lost.add(itemId);
    const mayRequest = (_user: TestUser, itemId: string) => !lost.has(itemId);
    const { files } = await open(await createPlace(engine), {
      ...requesting,
      resources: { drawer: { may: () => true, mayRequest, validate } },
    });
    const { token } = await files.createFileRequest(ann, drawer("slow"));
    const started = await visitorOf(files.fetch, token).start("hello");
    expect(started).toMatchObject({ status: 404, body: { code: "link_not_found" } });
    expect((await files.list(ann, drawer("slow"))).files).toEqual([]);
  });

  it("a repeated start of a visitor's upload does not count twice in `validate`", async () => {
    const validate: Resource<TestUser>["validate"] = async (_file, _user, item) =>
      (await item.counts()).files >= 1 ? "One file is enough." : undefined;
    const resources = { drawer: { ...requesting.resources.drawer, validate } };
    const { files } = await open(await createPlace(engine), { links, resources });
    const { token } = await files.createFileRequest(ann, drawer("repeat"));
    const visitor = visitorOf(files.fetch, token);
    const json = { filename: "a.txt", contentType: "text/plain", sizeBytes: 5 };
    const start = (key: string) => visitor.send("POST /uploads", json, { "idempotency-key": key });
    const [first, repeated] = [await start("one"), await start("one")];
    expect(repeated.body.upload.id).toBe(first.body.upload.id);
    expect((await start("two")).body).toMatchObject({ code: "file_refused", detail: "One file is enough." });
  });

  it("in a batch of a visitor's uploads, a refused file does not stop the other files", async () => {
    const { token } = await embedding.files.createFileRequest(ann, pictures("batch"), { maxFiles: 2 });
    const file = { contentType: "text/plain", sizeBytes: 5 };
    const names = ["a.txt", "refused.txt", "b.txt", "c.txt"];
    const uploads = names.map((filename) => ({ ...file, filename }));
    const { body } = await visit(token).send("POST /uploads/batch", { uploads });
    const codes = body.uploads.map(({ problem }: { problem?: { code: string } }) => problem?.code);
    expect(codes).toEqual([undefined, "file_refused", undefined, "request_full"]);
  });

  it("users see the file of a visitor only after the verification of the file", async () => {
    const { files } = embedding;
    const { token } = await request("unverified");
    await visit(token).start("hello", { filename: "private.txt" });
    expect((await files.list(ann, drawer("unverified"))).files).toEqual([]);
    expect(await files.listMany(ann, [drawer("unverified")])).toMatchObject([{ files: [] }]);
    expect((await embedding.as("ann").send("GET /drawer/unverified")).body.items).toEqual([]);
    expect(await files.counts(ann, [drawer("unverified")])).toMatchObject([{ files: 1, ready: 0 }]);
  });

  it("only a user who may add and request files can manage file requests", async () => {
    const { files } = embedding;
    const { id } = await request("rights");
    await expect(files.createFileRequest(ben, drawer("rights"))).rejects.toMatchObject(denied);
    await expect(files.listFileRequests(ben, drawer("rights"))).rejects.toMatchObject(denied);
    await expect(files.revokeFileRequest(ben, id)).rejects.toMatchObject(denied);
    await expect(files.createFileRequest(cleo, drawer("add-requests"))).rejects.toMatchObject(denied);
    const ofBen = await files.createFileRequest(ben, drawer("add-requests"));
    expect(await visit(ofBen.token).sendFile("hello")).toMatchObject({ status: 200 });
    // The resource has no `mayRequest`, so only the application itself can make file requests.
    await expect(files.createFileRequest(ann, box("1"))).rejects.toMatchObject(denied);
    const ofApplication = await files.asApplication.createFileRequest(box("1"));
    expect(await visit(ofApplication.token).sendFile("hello")).toMatchObject({ status: 200 });
    await files.asApplication.revokeFileRequest(ofApplication.id);
    expect(await visit(ofApplication.token).look()).toMatchObject(gone);
  });

  it("the calls about links do not affect file requests, and vice versa", async () => {
    const { files } = embedding;
    const item = drawer("kinds");
    const [link, made] = [await files.createLink(ann, item), await request("kinds")];
    expect((await files.listLinks(ann, item)).links).toMatchObject([{ id: link.id }]);
    expect((await files.listFileRequests(ann, item)).fileRequests).toMatchObject([{ id: made.id }]);
    await expect(files.revokeLink(ann, made.id)).rejects.toMatchObject({ code: "link_not_found" });
    await expect(files.revokeFileRequest(ann, link.id)).rejects.toMatchObject({ code: "link_not_found" });
    expect(await visit(link.token).start("hello")).toMatchObject(gone);
    expect(await visit(made.token).claim()).toMatchObject(gone);
  });

  it("a file request of one application does not work in another with the same secret", async () => {
    const { id, token } = await request("foreign");
    const other = await open(await createPlace(engine), requesting);
    expect(await visitorOf(other.files.fetch, token).start("hello")).toMatchObject(gone);
    await expect(other.files.asApplication.revokeFileRequest(id)).rejects.toMatchObject({ code: "link_not_found" });
  });
});

// These behaviours do not depend on the database.
describe("the file requests of an embedding", () => {
  it("a visitor can't complete an upload after the file request expires", async () => {
    const { files, clock } = await openRequests();
    const { token } = await files.createFileRequest(ann, drawer("1"));
    const visitor = visitorOf(files.fetch, token);
    clock.advance({ days: 6, hours: 23, minutes: 59 });
    const { upload } = (await visitor.start("hello")).body;
    await put(upload, "hello");
    clock.advance({ minutes: 1 });
    expect(await visitor.complete(upload.id)).toMatchObject(gone);
    expect((await files.listFileRequests(ann, drawer("1"))).fileRequests).toMatchObject([{ state: "expired" }]);
  });

  it("the hooks of a file get the name of the visitor who sent the file", async () => {
    const called: unknown[] = [];
    const hook = (name: string) => (file: ItemFile, _: string, delivery: object) =>
      called.push({ name, filename: file.filename, ...delivery });
    const hooks = { onReady: hook("onReady"), onRejected: hook("onRejected"), onRemoved: hook("onRemoved") };
    const { files, runHooks } = await openRequests(hooks);
    const { id, token } = await files.createFileRequest(ann, drawer("1"));
    const visitor = visitorOf(files.fetch, token);
    const { body: sent } = await visitor.sendFile("hello", { visitorName: " Maria " });
    await visitor.sendFile("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n", { filename: "b.txt" });
    await runHooks();
    expect(called).toMatchObject([
      { name: "onReady", filename: "a.txt", visitor: { fileRequestId: id, name: "Maria" } },
      { name: "onRejected", filename: "b.txt", visitor: { fileRequestId: id } },
    ]);
    await visitor.send(`DELETE /uploads/${sent.uploadId}`);
    await runHooks();
    expect(called[2]).toMatchObject({ name: "onRemoved", filename: "a.txt" });
  });

  it("a file request with a password accepts files only after the visitor enters it", async () => {
    const { files } = await openRequests();
    const { token, hasPassword } = await files.createFileRequest(ann, drawer("1"), { password: "open sesame" });
    expect(hasPassword).toBe(true);
    const visitor = visitorOf(files.fetch, token);
    expect((await visitor.look()).body).toEqual({ state: "locked", by: "password" });
    expect(await visitor.start("hello")).toMatchObject({ status: 403, body: { code: "wrong_password" } });
    expect(await visitor.unlock("open sesame")).toMatchObject({ status: 204 });
    expect(await visitor.sendFile("hello")).toMatchObject({ status: 200 });
  });

  it("the files of visitors are in the folder that `place` returns for the item", async () => {
    const place = () => "tenants/acme";
    const { files, bucket } = await open(await createPlace(sqlite), { ...requesting, place });
    const { token } = await files.createFileRequest(ann, drawer("1"));
    expect(await visitorOf(files.fetch, token).sendFile("hello")).toMatchObject({ status: 200 });
    expect(await bucket.keys()).toEqual([expect.stringContaining("tenants/acme/")]);
  });

  it("a file is rejected if its file request is revoked during the virus scan", async () => {
    const clamd = await startStandIn({ streamMaxBytes: 1_000 });
    onTestFinished(clamd.stop);
    const { host, port } = clamd;
    const options = { ...requesting, scanner: { host, port }, background: false };
    const { files } = await open(await createPlace(sqlite), options);
    const [revoked, withdrawnLater] = ["revoked-scan", "withdrawn-scan"].map(drawer) as [ItemName, ItemName];
    const { id, token } = await files.createFileRequest(ann, revoked);
    const other = await files.createFileRequest(ann, withdrawnLater);
    for (const sent of [token, other.token]) {
      const visitor = visitorOf(files.fetch, sent);
      expect(await visitor.sendFile("hello")).toMatchObject({ status: 200, body: { state: "scanning" } });
    }
    await files.revokeFileRequest(ann, id);
    withdrawn.request.add(withdrawnLater.itemId);
    await files.tick();
    expect((await files.list(ann, revoked)).files).toEqual([]);
    expect((await files.list(ann, withdrawnLater)).files).toMatchObject([{ state: "ready" }]);
  });

  it("the current quota of the tenant also limits the files of visitors", async () => {
    let tenantQuotaBytes = 5;
    const { files } = await open(await createPlace(sqlite), {
      ...requesting,
      place: () => ({ tenant: "acme" }),
      tenantQuotaBytes: () => tenantQuotaBytes,
    });
    const { token } = await files.createFileRequest(ann, drawer("1"));
    const visitor = visitorOf(files.fetch, token);
    expect(await visitor.sendFile("hello")).toMatchObject({ status: 200 });
    expect((await visitor.start("x")).body).toMatchObject({ code: "quota_exceeded" });
    tenantQuotaBytes = 6;
    expect(await visitor.sendFile("x")).toMatchObject({ status: 200 });
    expect(await files.asApplication.tenantUsage("acme")).toMatchObject({ files: 2, bytes: 6 });
  });

  it("requirement 39: a page of another origin can't send a file to a file request", async () => {
    const { files } = await openRequests();
    const { token } = await files.createFileRequest(ann, drawer("1"));
    const json = { filename: "a.txt", contentType: "text/plain", sizeBytes: 5 };
    const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    expect(await visitorOf(files.fetch, token).send("POST /uploads", json, headers)).toMatchObject({
      status: 403,
      body: { code: "cross_site_request" },
    });
  });

  it("the page of a file request escapes texts, and permits only its own script", async () => {
    const { files } = await openRequests();
    const attack = `<script>alert(1)</script>"'`;
    const { url } = await files.createFileRequest({ ...ann, name: attack }, drawer("1"), {
      ...{ label: attack, message: attack },
    });
    const response = await files.fetch(new Request(url, { headers: { accept: "text/html", "accept-language": "de" } }));
    const html = await response.text();
    expect(html).not.toContain("<script>alert");
    expect(html.split("<script")).toHaveLength(2);
    expect(html).toContain("Dateien senden braucht JavaScript.");
    expect(response.headers.get("content-security-policy")).toMatch(/default-src 'none'.*script-src 'sha256-[^' ]+';/);
  });

  it.each([
    ["returns a truthy object", () => ({ allowed: true })],
    ["throws", () => Promise.reject(new Error("down"))],
  ])("requirement 38: a file request accepts no file if mayRequest %s", async (_, mayRequest) => {
    let isBroken = false;
    const rule = (() => (isBroken ? mayRequest() : true)) as unknown as () => boolean;
    const resources = { drawer: { may: () => true, mayRequest: rule } };
    const { files, log } = await open(await createPlace(sqlite), { links, resources });
    const { token } = await files.createFileRequest(ann, drawer("1"));
    const visitor = visitorOf(files.fetch, token);
    const { upload } = (await visitor.start("hello")).body;
    await put(upload, "hello");
    isBroken = true;
    expect(await visitor.complete(upload.id)).toMatchObject(gone);
    await expect(files.createFileRequest(ann, drawer("1"))).rejects.toMatchObject(denied);
    expect(log()).toContain("mayRequest() made no decision");
  });

  it("requirement 38: a file request fails when findUser no longer finds its creator", async () => {
    let user: TestUser | null = ann;
    const findUser = () => user;
    const { files } = await open(await createPlace(sqlite), { ...requesting, links: { ...links, findUser } });
    const { token } = await files.createFileRequest(ann, drawer("1"));
    const visitor = visitorOf(files.fetch, token);
    const { upload } = (await visitor.start("hello")).body;
    await put(upload, "hello");
    user = null;
    expect(await visitor.complete(upload.id)).toMatchObject(gone);
    expect(await visitor.start("hello")).toMatchObject(gone);
  });

  it("mayRequest is not called for a visitor who has started too many uploads", async () => {
    let asked = 0;
    const mayRequest = () => {
      asked += 1;
      return true;
    };
    const resources = { drawer: { may: () => true, mayRequest } };
    const { files } = await open(await createPlace(sqlite), { links, resources });
    const { token } = await files.createFileRequest(ann, drawer("1"), { maxFiles: 1_000 });
    const visitor = visitorOf(files.fetch, token);
    const uploads = Array.from({ length: 60 }, () => ({ filename: "a.txt", contentType: "text/plain", sizeBytes: 1 }));
    await visitor.send("POST /uploads/batch", { uploads });
    asked = 0;
    expect(await visitor.start("hello")).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(asked).toBe(0);
  });

  it.each([
    ["one batch", 1],
    ["many starts", 60],
  ])("each upload in %s counts once in the visitor's limit, before `validate`", async (_, requests) => {
    const checked: string[] = [];
    const validate = ({ filename }: { filename: string }) => {
      checked.push(filename);
      return filename.startsWith("no") ? "No." : undefined;
    };
    const { files } = await openRequests({ validate });
    const { token } = await files.createFileRequest(ann, drawer("1"), { maxFiles: 1_000 });
    const visitor = visitorOf(files.fetch, token);
    const count = requests === 1 ? 70 : 1;
    for (let request = 0; request < requests; request++) {
      const uploads = Array.from({ length: count }, (_, nth) => ({
        ...{ filename: `${(request + nth) % 2 === 0 ? "no" : "yes"}.txt`, contentType: "text/plain", sizeBytes: 1 },
      }));
      const { body } = await visitor.send("POST /uploads/batch", { uploads });
      const codes = body.uploads.map(({ problem }: { problem?: { code: string } }) => problem?.code);
      expect(codes.slice(60)).toEqual(Array.from({ length: Math.max(0, count - 60) }, () => "rate_limited"));
      expect(codes.slice(0, 60)).not.toContain("rate_limited");
    }
    expect(checked).toHaveLength(60);
    const limited = await visitor.start("hello");
    expect(limited).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(checked).toHaveLength(60);
  });

  it("an embedded service without the option `links` has no file requests", async () => {
    const { files } = await open(await createPlace(sqlite));
    await expect(files.createFileRequest(ann, { resource: "invoice", itemId: "42" })).rejects.toMatchObject({
      code: "links_disabled",
    });
  });

  it("a file request can't accept larger files than its resource accepts", async () => {
    const { files } = await openRequests({ maxBytes: 100 });
    await expect(files.createFileRequest(ann, drawer("1"), { maxBytesPerFile: 101 })).rejects.toMatchObject({
      code: "invalid_request",
      message: "maxBytesPerFile is at most 100 for this resource.",
    });
  });

  it.each([
    [{ accept: ["application/pdf"] }, "accepts none of the types in accept. The resource accepts image/png, text/*."],
    [{ accept: ["video/*"] }, "accepts none of the types in accept. The resource accepts image/png, text/*."],
    [{ maxBytesPerFile: 11, maxBytesTotal: 10 }, "maxBytesPerFile is at most maxBytesTotal, which is 10."],
    [{ slots: [{ id: "id", name: "Passport", accept: ["video/mp4"] }] }, "The slot id accepts only types that"],
    [{ slots: [{ id: "id", name: "Passport" }], maxFiles: 2 }, "maxFiles is at most 1."],
    [{ slots: [{ id: "id", name: "Passport", maxBytes: 11 }], maxBytesPerFile: 10 }, "Lower its maxBytes."],
    [{ slots: ["A", "B"].map((name) => ({ id: "id", name })) }, "Two slots have the id id."],
  ])("createFileRequest refuses the settings %j, because no file could match them", async (settings, problem) => {
    const { files } = await openRequests({ accept: ["image/png", "text/*"] });
    await expect(files.createFileRequest(ann, drawer("1"), settings)).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(problem),
    });
    for (const kind of ["image/*", "text/plain", "text/*"]) {
      expect(await files.createFileRequest(ann, drawer("1"), { accept: ["video/mp4", kind] })).toMatchObject({
        state: "live",
      });
    }
    const equal = { maxBytesPerFile: 10, maxBytesTotal: 10 };
    expect(await files.createFileRequest(ann, drawer("1"), equal)).toMatchObject(equal);
  });
});

describe("wrong settings of a file request", () => {
  const embedding = useEmbedding(sqlite, requesting);

  it.each([
    [{ maxFile: 1 }, 'unknown option "maxFile"'],
    [JSON.parse('{ "__proto__": 1 }'), 'unknown option "__proto__"'],
    [{ fileIds: ["x"] }, 'unknown option "fileIds"'],
    [{ review: "yes" }, "review must be true or false"],
    [{ slots: [{ id: "Passport", name: "Passport" }] }, "slots must be an array of at most 50 slots"],
    [{ slots: [{ id: "passport", name: "" }] }, "slots must be"],
    [{ slots: [{ id: "passport", name: "Passport", maxFiles: 1 }] }, "slots must be"],
    [{ slots: [{ id: "passport", name: "Passport", accept: ["pdf"] }] }, "slots must be"],
    [{ slots: [{ id: "passport", name: "Passport", maxBytes: 0 }] }, "slots must be"],
    [{ slots: new Array(1) }, "slots must be"],
    [{ maxFiles: 0 }, "maxFiles must be"],
    [{ maxFiles: 1_001 }, "maxFiles must be"],
    [{ maxFiles: "2" }, "maxFiles must be"],
    [{ maxBytesPerFile: 0.5 }, "maxBytesPerFile must be"],
    [{ maxBytesTotal: Number.POSITIVE_INFINITY }, "maxBytesTotal must be"],
    [{ accept: "image/*" }, "accept must be"],
    [{ accept: [] }, "accept must be an array of 1 to 20 types"],
    [{ accept: ["Image/PNG"] }, "accept must be"],
    [{ accept: new Array(3) }, "accept must be"],
    [{ accept: Array.from({ length: 21 }, () => "image/*") }, "accept must be"],
    [{ askName: "yes" }, "askName must be"],
    [{ password: "short" }, "password must be"],
    [{ expiresAt: "tomorrow" }, "expiresAt must be"],
    [new Map([["password", "open sesame"]]), "The settings of a file request must be a plain object"],
    [null, "The settings of a file request must be a plain object"],
  ])("createFileRequest refuses the wrong settings %j", async (settings, problem) => {
    const { files } = embedding;
    const created = files.createFileRequest(ann, drawer("settings"), settings as never);
    await expect(created).rejects.toThrow(problem);
    await expect(created).rejects.toBeInstanceOf(TypeError);
    expect((await files.listFileRequests(ann, drawer("settings"))).fileRequests).toEqual([]);
  });
});

async function openRequests(rules: object = {}) {
  const opened = await openTestFiles({
    links,
    resources: { drawer: { may: () => true, mayRequest: () => true, ...rules } },
  });
  onTestFinished(opened.close);
  return opened;
}
