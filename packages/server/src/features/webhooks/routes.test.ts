import { Webhook } from "standardwebhooks";
import { beforeAll, describe, expect, it } from "vitest";
import { accept, receiverInTest, refuse } from "../../platform/outgoing/testing/webhook-receiver.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { visitorOf } from "../../testing/link-visits.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest, put } from "../../testing/visitor.ts";
import { unknownId } from "../../testing/world.ts";

const ALL = ["share.created", "link.claimed", "upload.ready", "upload.rejected", "request.received", "url.issued"];
const URL_OF_NOBODY = "https://hooks.example.com/in";

describe.each(engines)("webhooks on $name", (engine) => {
  const service = useService({ engine });
  const root = service.as("root");
  let users = 0;
  beforeAll(async () => {
    await service.useCases.rememberPerson({ id: "root", email: "root@example.com", name: "Root", isAdmin: true });
  });

  /** Creates a new user with a note. */
  async function arrange() {
    users += 1;
    const userId = `owner-${users}`;
    const owner = service.as(userId);
    const { id: noteId } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    return { userId, owner, noteId };
  }

  async function create(client: Client, given: object = {}, path = "/webhooks") {
    const answer = await client.send(`POST ${path}`, { json: { url: URL_OF_NOBODY, events: ALL, ...given } });
    expect(answer.status, answer.text).toBe(201);
    return answer.body;
  }

  /**
   * Creates a user with a webhook, and a server that receives the messages of the webhook. `messages` verifies the signatures and returns
   * the messages.
   */
  async function arrangeReceiver(options: Parameters<typeof receiverInTest>[0] = {}) {
    const owned = await arrange();
    const receiver = await receiverInTest(options);
    const webhook = await create(owned.owner, { url: receiver.url });
    const messages = () =>
      receiver.received.map(({ headers, body }) => {
        const verified = new Webhook(webhook.secret).verify(body, headers as Record<string, string>);
        return verified as { type: string; timestamp: string; data: Record<string, unknown> };
      });
    return { ...owned, receiver, webhook, messages };
  }

  async function attach(owner: Client, noteId: string): Promise<string> {
    const { status, body } = await owner.send(`POST /notes/${noteId}/attachments`, { form: fileForm() });
    expect(status).toBe(201);
    return body.id;
  }

  it("requirement 52: the service shows the secret of a webhook only once", async () => {
    const { owner } = await arrange();
    const created = await create(owner, { description: "Archive" });
    expect(created).toMatchObject({ url: URL_OF_NOBODY, events: ALL, description: "Archive", disabledAt: null });
    expect(created.secret).toMatch(/^whsec_/);
    const { text, body } = await owner.send("GET /webhooks");
    expect(body.webhooks.map(({ id }: { id: string }) => id)).toEqual([created.id]);
    const rows = await service.database.db.kysely.selectFrom("webhook_endpoints").selectAll().execute();
    const secret = created.secret.slice("whsec_".length);
    for (const stored of [text, JSON.stringify(rows), service.log()]) expect(stored).not.toContain(secret);
    expect(service.log()).not.toContain("hooks.example.com");
  });

  it("a webhook gets signed messages about shares, uploads and issued URLs", async () => {
    const { owner, noteId, messages } = await arrangeReceiver();
    const attachmentId = await attach(owner, noteId);
    await service.as("bob").send("GET /me");
    const shares = { userIds: ["bob"], emails: ["new@example.com"], role: "viewer" };
    await owner.send(`PUT /notes/${noteId}/shares`, { json: shares });
    const { fileUrl } = (await owner.send(`GET /attachments/${attachmentId}/url`)).body;
    service.advance(60_000);
    expect(await service.reportUrls()).toBeGreaterThan(0);
    await service.sendWebhooks();
    const found = messages();
    expect(found.map(({ type }) => type)).toEqual(["upload.ready", "share.created", "share.created", "url.issued"]);
    const [ready, first, second, issued] = found.map(({ data }) => data);
    expect(ready).toMatchObject({ noteId, attachmentId, filename: "hello.txt", sizeBytes: 5 });
    expect([first, second]).toMatchObject([{ userId: "bob" }, { email: "new@example.com", userId: null }]);
    expect(issued).toMatchObject({ count: 1, files: [{ noteId, attachmentId, count: 1 }] });
    const text = JSON.stringify(found);
    for (const secret of ["X-Amz", "http", new URL(fileUrl).pathname]) expect(text).not.toContain(secret);
  });

  it("a webhook gets messages about ready and rejected uploads", async () => {
    const { owner, noteId, messages } = await arrangeReceiver();
    const send = async (file: { filename: string; contentType: string }, content: string) => {
      const json = { ...file, sizeBytes: Buffer.byteLength(content) };
      const { upload } = (await owner.send(`POST /notes/${noteId}/uploads`, { json })).body;
      expect(await put(upload, content)).toBe(200);
      return owner.send(`POST /uploads/${upload.id}/complete`);
    };
    const { body: file } = await send({ filename: "a.txt", contentType: "text/plain" }, "hello");
    expect((await send({ filename: "a.png", contentType: "image/png" }, "<!doctype html>")).status).toBe(422);
    await service.sendWebhooks();
    expect(messages()).toMatchObject([
      { type: "upload.ready", data: { attachmentId: file.id, filename: "a.txt" } },
      { type: "upload.rejected", data: { filename: "a.png", reason: expect.stringContaining("HTML") } },
    ]);
  });

  it("webhook messages about download claims and visitors' files contain no link token", async () => {
    const { userId, owner, noteId, messages } = await arrangeReceiver();
    const attachmentId = await attach(owner, noteId);
    const link = (await owner.send(`POST /notes/${noteId}/links`, { json: { label: "Bank" } })).body;
    const token = new URL(link.url).pathname.split("/").at(-1) as string;
    expect((await visitorOf(service.app).claim(token)).status).toBe(201);
    const request = await insertRequest(service, { noteId, ownerId: userId });
    await createVisitor(service.app, request.token).sendFile("hello", { visitorName: "Maria" });
    const reviewed = await insertRequest(service, { noteId, ownerId: userId, request: { review: true } });
    await createVisitor(service.app, reviewed.token).sendFile("hello");
    await service.sendWebhooks();
    const found = messages().filter(({ data }) => data.attachmentId !== attachmentId);
    expect(found).toMatchObject([
      { type: "link.claimed", data: { linkId: link.id, label: "Bank", attachmentIds: [attachmentId] } },
      { type: "request.received", data: { linkId: request.link.id, visitorName: "Maria", needsReview: false } },
      { type: "upload.ready", data: { filename: "a.txt", noteId } },
      { type: "request.received", data: { linkId: reviewed.link.id, needsReview: true } },
    ]);
    for (const secret of [token, request.token]) expect(JSON.stringify(found)).not.toContain(secret);
  });

  it("requirement 53: a failed request queues no webhook message", async () => {
    const { owner, noteId, webhook } = await arrangeReceiver();
    const many = { userIds: ["bob"], role: "viewer", expiresAt: "2020-01-01T00:00:00Z" };
    expect((await owner.send(`PUT /notes/${noteId}/shares`, { json: many })).status).toBe(400);
    expect((await owner.send(`GET /webhooks/${webhook.id}/deliveries`)).body.items).toEqual([]);
  });

  it("the list of webhooks shows whether the last message arrived", async () => {
    let isDown = true;
    const respond = (response: Parameters<typeof accept>[0]) => (isDown ? refuse : accept)(response);
    const { owner, webhook } = await arrangeReceiver({ respond });
    const state = async () => (await owner.send("GET /webhooks")).body.webhooks[0];
    expect(await state()).toMatchObject({ failures: 0, lastDeliveredAt: null });
    await owner.send(`POST /webhooks/${webhook.id}/test`);
    await service.sendWebhooks();
    expect(await state()).toMatchObject({ failures: 1, lastDeliveredAt: null });
    isDown = false;
    service.advance(20_000);
    await service.sendWebhooks();
    expect(await state()).toMatchObject({ failures: 0, lastDeliveredAt: expect.stringMatching(/Z$/) });
  });

  it("the owner of a webhook can list its deliveries and send a delivery again", async () => {
    let isDown = true;
    const respond = (response: Parameters<typeof accept>[0]) => (isDown ? refuse : accept)(response);
    const { owner, webhook, messages } = await arrangeReceiver({ respond });
    const { deliveryId } = (await owner.send(`POST /webhooks/${webhook.id}/test`)).body;
    await service.sendWebhooks();
    const list = async () => (await owner.send(`GET /webhooks/${webhook.id}/deliveries`)).body.items;
    expect(await list()).toMatchObject([
      { id: deliveryId, type: "webhook.test", state: "waiting", attempts: 1, status: 500, failure: "status" },
    ]);
    // A row from an earlier version of the service has no failure code.
    await service.database.db.kysely.updateTable("webhook_deliveries").set({ failure: null }).execute();
    expect(await list()).toMatchObject([{ failure: "other", problem: "It responded with 500." }]);
    isDown = false;
    service.advance(20_000);
    await service.sendWebhooks();
    expect(await list()).toMatchObject([{ id: deliveryId, state: "delivered", status: 204, problem: null }]);
    const again = await owner.send(`POST /webhooks/${webhook.id}/deliveries/${deliveryId}/retry`);
    expect(again.status).toBe(204);
    await service.sendWebhooks();
    expect(messages().map(({ type }) => type)).toEqual(["webhook.test", "webhook.test", "webhook.test"]);
  });

  it("requirement 52: a new webhook secret adds a second signature to each message", async () => {
    const { owner, receiver, webhook } = await arrangeReceiver();
    const rotated = (await owner.send(`POST /webhooks/${webhook.id}/secret`)).body;
    expect(rotated.secret).not.toBe(webhook.secret);
    expect(Date.parse(rotated.formerSecretUntil)).toBeGreaterThan(Date.now());
    await owner.send(`POST /webhooks/${webhook.id}/test`);
    await service.sendWebhooks();
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[number]];
    for (const { secret } of [webhook, rotated]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
    }
  });

  it("the owner of a webhook can change, disable, enable and delete the webhook", async () => {
    const { owner, noteId } = await arrange();
    const { id } = await create(owner);
    const change = (json: object) => owner.send(`PATCH /webhooks/${id}`, { json });
    expect((await change({ events: ["upload.ready"], description: "New" })).body).toMatchObject({
      events: ["upload.ready"],
      description: "New",
    });
    expect((await change({ isDisabled: true })).body.disabledAt).not.toBeNull();
    await attach(owner, noteId);
    expect((await owner.send(`POST /webhooks/${id}/test`)).body.code).toBe("webhook_disabled");
    expect((await change({ isDisabled: false })).body.disabledAt).toBeNull();
    expect((await change({ isDisabled: false })).status).toBe(200);
    expect((await owner.send(`GET /webhooks/${id}/deliveries`)).body.items).toEqual([]);
    expect((await owner.send(`DELETE /webhooks/${id}`)).status).toBe(204);
    expect((await change({ description: "Gone" })).body.code).toBe("webhook_not_found");
  });

  it("requirement 31: the service refuses unsafe webhook URLs, for example of a private host", async () => {
    const { owner } = await arrange();
    const { id } = await create(owner);
    for (const url of [
      "http://hooks.example.com/",
      "ftp://hooks.example.com/",
      "hooks.example.com",
      "https://user:secret@hooks.example.com/",
      "https://10.0.0.1/",
      "https://169.254.169.254/latest/meta-data/",
      "https://[fd00:ec2::254]/",
      "https://0x0a.0.0.1/",
      "https://[::ffff:10.0.0.1]/",
    ]) {
      const created = await owner.send("POST /webhooks", { json: { url, events: ALL } });
      expect([url, created.status, created.body.code]).toEqual([url, 400, "invalid_request"]);
      expect((await owner.send(`PATCH /webhooks/${id}`, { json: { url } })).status).toBe(400);
    }
  });

  it("a request for a webhook with an unknown event, a long URL or an unknown field gets 400", async () => {
    const { owner } = await arrange();
    for (const given of [
      { events: ["note.created"] },
      { events: [] },
      { events: ["upload.ready", "upload.ready"] },
      { url: `https://hooks.example.com/${"a".repeat(2_000)}` },
      { secret: "whsec_AAAA" },
    ]) {
      const json = { url: URL_OF_NOBODY, events: ALL, ...given };
      expect((await owner.send("POST /webhooks", { json })).status, JSON.stringify(given)).toBe(400);
    }
  });

  it("a user can create at most 20 webhooks, even with simultaneous requests", async () => {
    const { owner } = await arrange();
    const json = { url: URL_OF_NOBODY, events: ALL };
    const answers = await Promise.all(Array.from({ length: 23 }, () => owner.send("POST /webhooks", { json })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ body }) => body.code === "too_many_webhooks")).toHaveLength(3);
  });

  it("a user can send at most 100 test messages to webhooks an hour", async () => {
    const { owner } = await arrange();
    const { id } = await create(owner);
    const answers: Answer[] = [];
    for (let round = 0; round < 6; round += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 17 }, () => owner.send(`POST /webhooks/${id}/test`)))));
    }
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(100);
    expect(answers.filter(({ body }) => body.code === "rate_limited")).toHaveLength(2);
    await owner.send(`DELETE /webhooks/${id}`);
  });

  it("requirement 52: a request for the webhook of another person returns 404", async () => {
    const { webhook } = await arrangeReceiver();
    const ofService = await create(root, {}, "/admin/webhooks");
    const { owner: stranger } = await arrange();
    const own = await create(stranger);
    const deliveryId = `${unknownId()}-webhook-test`;
    for (const id of [webhook.id, ofService.id, unknownId()]) {
      for (const [call, json] of [
        [`PATCH /webhooks/${id}`, { description: "Mine" }],
        [`DELETE /webhooks/${id}`],
        [`POST /webhooks/${id}/secret`],
        [`POST /webhooks/${id}/test`],
        [`GET /webhooks/${id}/deliveries`],
        [`POST /webhooks/${id}/deliveries/${deliveryId}/retry`],
      ] as const) {
        const { status, body } = await stranger.send(call, json && { json });
        expect([call, status, body.code]).toEqual([call, 404, "webhook_not_found"]);
      }
    }
    const missing = await stranger.send(`POST /webhooks/${own.id}/deliveries/${deliveryId}/retry`);
    expect(missing.body.code).toBe("webhook_not_found");
    // An administrator can change the webhooks of the service, but not the webhooks of a person.
    expect((await root.send(`GET /admin/webhooks/${webhook.id}/deliveries`)).status).toBe(404);
    expect((await root.send(`GET /webhooks/${ofService.id}/deliveries`)).status).toBe(404);
    expect((await root.send(`DELETE /admin/webhooks/${ofService.id}`)).status).toBe(204);
  });

  it("messages to a webhook of the service contain no filename and no path", async () => {
    const receiver = await receiverInTest();
    const url = `${receiver.url}?key=secret`;
    const webhook = await create(root, { url, events: ["upload.ready"] }, "/admin/webhooks");
    const owned = await arrange();
    const { owner, noteId } = owned;
    const json = { filename: "a.txt", path: "private/", sizeBytes: 5, contentType: "text/plain" };
    const { upload } = (await owner.send(`POST /notes/${noteId}/uploads`, { json })).body;
    await put(upload, "hello");
    const { id: attachmentId } = (await owner.send(`POST /uploads/${upload.id}/complete`)).body;
    await service.sendWebhooks();
    // The message contains no filename and no path, because administrators must not see names of files of other people.
    const { userId } = owned;
    expect(receiver.received.map(({ body }) => JSON.parse(body).data)).toEqual([
      { noteId, attachmentId, sizeBytes: 5, actorId: userId },
    ]);
    await root.send(`POST /admin/webhooks/${webhook.id}/secret`);
    await root.send(`PATCH /admin/webhooks/${webhook.id}`, { json: { description: "Archive" } });
    await root.send(`DELETE /admin/webhooks/${webhook.id}`);
    const { text, body } = await root.send("GET /admin/log?limit=4");
    expect(body.items.map(({ action }: { action: string }) => action)).toEqual([
      "webhook.deleted",
      "webhook.updated",
      "webhook.secret_rotated",
      "webhook.created",
    ]);
    expect(body.items[0].detail).toEqual({ host: `localhost:${receiver.port}` });
    expect(text).not.toContain("secret=");
    expect(text).not.toContain("key=");
  });
});

describe("a service without WEBHOOKS_ALLOW_LOOPBACK", () => {
  const service = useService({ engine: engines[0] as (typeof engines)[number], refusesLoopback: true });

  it("requirement 31: a webhook can't have a loopback URL without WEBHOOKS_ALLOW_LOOPBACK", async () => {
    for (const url of [
      "http://localhost:8080/",
      "https://localhost/",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://2130706433/",
    ]) {
      const { status } = await service.as("ann").send("POST /webhooks", { json: { url, events: ALL } });
      expect([url, status]).toEqual([url, 400]);
    }
  });
});
