import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld, unknownId } from "../../testing/world.ts";

describe.each(engines)("download URLs on $name", (engine) => {
  let noteId: string;
  const service = useService({ engine });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  async function attach(content: string, filename = "hello.txt", contentType = "text/plain"): Promise<string> {
    const form = fileForm(content, filename, contentType);
    const { status, body } = await ann.send(`POST /notes/${noteId}/attachments`, { form });
    expect(status).toBe(201);
    return body.id;
  }

  it("GET /url returns a `fileUrl` that is valid for 60 seconds by default", async () => {
    const id = await attach("hello");
    const before = Date.now();
    const { status, body, headers } = await ann.send(`GET /attachments/${id}/url`);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["fileUrl", "expiresIn", "expiresAt"]);
    expect(body.expiresIn).toBe(60);
    expect(new URL(body.fileUrl).searchParams.get("X-Amz-Expires")).toBe("60");
    // The limit is 58 seconds instead of 60, because a signature contains only whole seconds.
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(before + 58_000);
    expect(Date.parse(body.expiresAt)).toBeLessThanOrEqual(Date.now() + 60_000);
    expect(headers["cache-control"]).toBe("no-store");
    const file = await fetch(body.fileUrl);
    expect([file.status, await file.text()]).toEqual([200, "hello"]);
  });

  it("GET /url returns 404 for an unknown file and 403 for a stranger", async () => {
    const unknown = await ann.send(`GET /attachments/${unknownId()}/url`);
    expect(unknown.status).toBe(404);
    expect(unknown.body).toMatchObject({ message: "Attachment not found", detail: "Attachment not found" });
    const id = await attach("secret");
    const denied = await service.as("eve").send(`GET /attachments/${id}/url`);
    expect(denied.status).toBe(403);
    expect(denied.body).toMatchObject({ message: "Access denied", code: "access_denied", type: "about:blank" });
    expect(denied.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(denied.text).not.toContain("secret");
  });

  it.each(["0", "-1", "1.5", "abc", "", "43201", "1e1", "%2060", "9".repeat(60)])(
    "a request for a URL with expiresIn=%s returns 400 with the permitted range",
    async (expiresIn) => {
      const id = await attach("x");
      const { status, body } = await ann.send(`GET /attachments/${id}/url?expiresIn=${expiresIn}`);
      expect([status, body.code]).toEqual([400, "expires_in_out_of_range"]);
      expect(body.detail).toMatch(/from 1 to 43200/);
    },
  );

  it.each([1, 43_200])("the signature of a URL is valid for the requested expiresIn=%i seconds", async (seconds) => {
    const { body } = await ann.send(`GET /attachments/${await attach("x")}/url?expiresIn=${seconds}`);
    expect(body.expiresIn).toBe(seconds);
    expect(new URL(body.fileUrl).searchParams.get("X-Amz-Expires")).toBe(String(seconds));
  });

  it("requirement 16: only the owner of a file may exceed URL_TTL_MAX_SHARED", async () => {
    const id = await attach("x");
    await ann.send(`PUT /attachments/${id}/shares`, { json: { userIds: ["dora"] } });
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["emil"], role: "editor" } });
    for (const name of ["dora", "emil"]) {
      const other = service.as(name);
      const refused = await other.send(`GET /attachments/${id}/url?expiresIn=901`);
      expect([refused.status, refused.body.code]).toEqual([400, "expires_in_out_of_range"]);
      expect(refused.body.detail).toContain("from 1 to 900");
      expect((await other.send(`GET /attachments/${id}/download?expiresIn=901`)).status).toBe(400);
      expect((await other.send(`GET /attachments/${id}/url?expiresIn=900`)).body.expiresIn).toBe(900);
    }
    expect((await ann.send(`GET /attachments/${id}/url?expiresIn=901`)).body.expiresIn).toBe(901);
  });

  it("requirement 16: a batch of URLs refuses a long expiry only for other owners' files", async () => {
    const shared = await attach("x");
    await ann.send(`PUT /attachments/${shared}/shares`, { json: { userIds: ["finn"] } });
    const finn = service.as("finn");
    const note = (await finn.send("POST /notes", { json: { title: "Own" } })).body;
    const own = (await finn.send(`POST /notes/${note.id}/attachments`, { form: fileForm("y", "y.txt", "text/plain") }))
      .body.id;
    const { urls } = (
      await finn.send("POST /attachments/urls", { json: { attachmentIds: [shared, own], expiresIn: 3600 } })
    ).body;
    expect(urls[0]).toEqual({ attachmentId: shared, code: "expires_in_out_of_range" });
    expect(new URL(urls[1].fileUrl).searchParams.get("X-Amz-Expires")).toBe("3600");
  });

  it.each(["expiresIn=60&expiresIn=5", "disposition=inline&disposition=inline", "disposition=x", "purpose=x", "ttl=5"])(
    "a request for a URL with the query ?%s returns 400",
    async (query) => {
      const { status, body } = await ann.send(`GET /attachments/${unknownId()}/url?${query}`);
      expect([status, body.code]).toEqual([400, "invalid_request"]);
    },
  );

  it("GET /download redirects to a fresh URL of the file", async () => {
    const id = await attach("hello");
    const { status, headers } = await ann.send(`GET /attachments/${id}/download?expiresIn=5`);
    expect([status, headers["cache-control"]]).toEqual([302, "no-store"]);
    expect(await (await fetch(String(headers.location))).text()).toBe("hello");
    expect((await ann.send(`GET /attachments/${id}/download?expiresIn=0`)).body.code).toBe("expires_in_out_of_range");
  });

  it("a HEAD request to /url returns 405", async () => {
    const id = await attach("hello");
    const answer = await ann.send(`HEAD /attachments/${id}/url`);
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET"]);
  });

  it("promise 3: the service records a URL in the activity before the response", async () => {
    const id = await attach("hello");
    await ann.send(`GET /attachments/${id}/url?expiresIn=7`);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    expect(items[0]).toMatchObject({ action: "url.issued", actorId: "ann", attachmentIds: [id] });
    expect(items[0].detail).toEqual({ expiresInSeconds: 7, purpose: "download" });
  });

  it.each([
    ["", "download"],
    ["?disposition=inline", "view"],
    ["?disposition=inline&purpose=renewal", "renewal"],
    ["?purpose=thumbnail", "thumbnail"],
  ])("the audit event of the request GET /url%s has the purpose %s", async (query, purpose) => {
    await ann.send(`GET /attachments/${await attach("x")}/url${query}`);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity?limit=1`)).body;
    expect(items[0].detail.purpose).toBe(purpose);
  });

  it("the audit event of a batch of URLs has the purpose download by default", async () => {
    const attachmentIds = [await attach("x"), await attach("y")];
    for (const given of [undefined, "zip", "thumbnail"]) {
      await ann.send("POST /attachments/urls", { json: { attachmentIds, purpose: given } });
      const { items } = (await ann.send(`GET /notes/${noteId}/activity?limit=1`)).body;
      expect(items[0]).toMatchObject({ attachmentIds, detail: { purpose: given ?? "download" } });
    }
  });

  it("the purpose of a URL does not change the access decision", async () => {
    const id = await attach("x");
    for (const purpose of ["thumbnail", "renewal"]) {
      expect((await service.as("eve").send(`GET /attachments/${id}/url?purpose=${purpose}`)).status).toBe(403);
    }
  });

  it("requirement 12: a file that a browser could run is always sent as a download", async () => {
    for (const [filename, type] of [
      ["page.html", "text/html"],
      ["drawing.svg", "image/svg+xml"],
      ["data.xml", "application/xml"],
      ["code.js", "text/javascript"],
      ["unknown.xyz", "application/x-unknown"],
    ] as const) {
      const content = type === "image/svg+xml" ? '<svg onload="alert(1)"/>' : "<script>alert(1)</script>";
      const id = await attach(content, filename, type);
      const { fileUrl } = (await ann.send(`GET /attachments/${id}/url?disposition=inline`)).body;
      const { headers } = await fetch(fileUrl);
      expect(headers.get("content-disposition"), filename).toMatch(/^attachment/);
      expect(headers.get("content-type"), filename).toBe("application/octet-stream");
    }
    const { fileUrl } = (await ann.send(`GET /attachments/${await attach("ok")}/url?disposition=inline`)).body;
    expect((await fetch(fileUrl)).headers.get("content-disposition")).toMatch(/^inline/);
  });

  it("requirement 13: Content-Disposition contains exactly the name of the file", async () => {
    for (const filename of ["Überblick 📎.pdf", "a%22b.txt", "semi;colon,=.txt", "100%25.txt"]) {
      const shown = filename.replace("%22", '"').replace("%25", "%");
      const upload = { filename: shown, sizeBytes: 1, contentType: "text/plain" };
      const started = (await ann.send(`POST /notes/${noteId}/uploads`, { json: upload })).body.upload;
      await fetch(started.url, { method: started.method, headers: started.headers, body: "x" });
      const { body } = await ann.send(`POST /uploads/${started.id}/complete`);
      const { fileUrl } = (await ann.send(`GET /attachments/${body.id}/url`)).body;
      const disposition = (await fetch(fileUrl)).headers.get("content-disposition") ?? "";
      const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
      const plain = /filename="((?:[^"\\]|\\.)*)"|filename=([^;"]+)/.exec(disposition);
      const saved =
        extended === undefined ? (plain?.[1] ?? plain?.[2])?.replace(/\\(.)/g, "$1") : decodeURIComponent(extended);
      expect(saved, disposition).toBe(shown);
    }
    const injection = { filename: "a\r\nSet-Cookie: x=1.txt", sizeBytes: 1, contentType: "text/plain" };
    const { body } = await ann.send(`POST /notes/${noteId}/uploads`, { json: injection });
    expect(body).toMatchObject({ status: 400, code: "invalid_filename" });
  });

  it("requirement 16: after a share is revoked, the next request for a URL returns 403", async () => {
    const id = await attach("hello");
    const bob = service.as("bob");
    for (const shared of [`/notes/${noteId}`, `/attachments/${id}`]) {
      await ann.send(`PUT ${shared}/shares`, { json: { userIds: ["bob"] } });
      expect((await bob.send(`GET /attachments/${id}/url`)).status).toBe(200);
      expect((await ann.send(`DELETE ${shared}/shares/bob`)).status).toBe(204);
      expect((await bob.send(`GET /attachments/${id}/url`)).status).toBe(403);
    }
  });

  it("requirement 16: a person gets no URL of a file after their share has expired", async () => {
    const id = await attach("hello");
    const carl = service.as("carl");
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await ann.send(`PUT /attachments/${id}/shares`, { json: { userIds: ["carl"], expiresAt } });
    expect((await carl.send(`GET /attachments/${id}/url`)).status).toBe(200);
    service.advance(61_000);
    expect((await carl.send(`GET /attachments/${id}/url`)).status).toBe(403);
  });

  it("requirement 17: a batch of URLs has one result for each id, in order", async () => {
    const mine = await attach("mine");
    const world = await createWorld(service);
    const waiting = (
      await ann.send(`POST /notes/${noteId}/uploads`, {
        json: { filename: "a.txt", sizeBytes: 1, contentType: "text/plain" },
      })
    ).body.upload.attachmentId;
    const unknown = unknownId();
    const attachmentIds = [unknown, mine.toUpperCase(), world.attachmentId, waiting, mine];
    const answer = await ann.send("POST /attachments/urls", { json: { attachmentIds, expiresIn: 30 } });
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { urls } = answer.body;
    expect(urls.map(({ attachmentId }: { attachmentId: string }) => attachmentId)).toEqual(attachmentIds);
    expect(urls[0]).toEqual({ attachmentId: unknown, code: "attachment_not_found" });
    expect(urls[2]).toEqual({ attachmentId: world.attachmentId, code: "access_denied" });
    expect(urls[3]).toEqual({ attachmentId: waiting, code: "attachment_not_ready" });
    for (const { fileUrl, expiresAt } of [urls[1], urls[4]]) {
      expect(await (await fetch(fileUrl)).text()).toBe("mine");
      expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    }
  });

  it.each([
    [{ attachmentIds: [] }, "invalid_request"],
    [{ attachmentIds: Array.from({ length: 1001 }, unknownId) }, "invalid_request"],
    [{ attachmentIds: ["1"] }, "invalid_request"],
    [{ attachmentIds: [unknownId()], expiresIn: "60" }, "invalid_request"],
    [{ attachmentIds: [unknownId()], expiresIn: 1.5 }, "expires_in_out_of_range"],
    [{ attachmentIds: [unknownId()], expiresIn: 43_201 }, "expires_in_out_of_range"],
    [{ attachmentIds: [unknownId()], key: "a" }, "invalid_request"],
    [{ attachmentIds: [unknownId()], purpose: "x" }, "invalid_request"],
  ])("an invalid request for a batch of URLs returns 400 (case %#)", async (json, code) => {
    const answer = await ann.send("POST /attachments/urls", { json });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});
