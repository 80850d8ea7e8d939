import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type BucketServer, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { startDistribution } from "../../platform/bucket/testing/distribution.ts";
import { sqlite } from "../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { type ServiceOptions, type TestService, tokenOf } from "../../testing/service.ts";
import { startServiceInTest } from "../../testing/use-service.ts";

let bucket: BucketServer;

beforeAll(async () => {
  bucket = await startEmbedded();
});

afterAll(() => bucket.stop());

/**
 * Starts a service behind a CloudFront distribution, and uploads a file of Ann. One engine is enough, because no query depends on
 * CloudFront.
 */
async function startBehind(
  options: Parameters<typeof startDistribution>[1] = {},
  { app }: Pick<ServiceOptions, "app"> = {},
) {
  let aheadMs = 0;
  const distribution = await startDistribution(bucket, { clock: () => Date.now() + aheadMs, ...options });
  onTestFinished(() => distribution.stop());
  const service = await startServiceInTest({
    engine: sqlite,
    bucket,
    cloudFront: distribution.target,
    ...(app && { app }),
  });
  const noteId = (await service.as("ann").send("POST /notes", { json: { title: "Files" } })).body.id;
  return {
    service,
    distribution,
    noteId,
    attachmentId: await upload(service, { noteId, content: "hello" }),
    /** Moves the clock of the CloudFront distribution. */
    advance(milliseconds: number) {
      aheadMs += milliseconds;
    },
  };
}

/** Uploads a file with a signed URL of the bucket, not with a URL of the distribution. */
async function upload(service: TestService, { noteId, content }: { noteId: string; content: string }): Promise<string> {
  const ann = service.as("ann");
  const json = { filename: "Überblick.txt", sizeBytes: content.length, contentType: "text/plain" };
  const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
  expect(new URL(upload.url).origin).toBe(new URL(bucket.endpoint).origin);
  await fetch(upload.url, { method: upload.method, headers: upload.headers, body: content });
  return (await ann.send(`POST /uploads/${upload.id}/complete`)).body.id;
}

const statusOf = async (url: string) => (await fetch(url)).status;

describe("downloads from CloudFront", () => {
  it.each([
    { keyType: "rsa", hash: "sha256" },
    { keyType: "rsa", hash: "sha1" },
    { keyType: "ec", hash: "sha256" },
  ] as const)("a CloudFront URL that is signed with $keyType and $hash returns the file", async (options) => {
    const { service, attachmentId, distribution } = await startBehind(options);
    const { fileUrl } = (await service.as("ann").send(`GET /attachments/${attachmentId}/url`)).body;
    expect(new URL(fileUrl).origin).toBe(distribution.target.distribution);
    const response = await fetch(fileUrl);
    expect(await response.text()).toBe("hello");
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename=.*%C3%9Cberblick\.txt/);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });

  it("a CloudFront URL expires after `expiresIn` seconds", async () => {
    const { service, attachmentId, advance } = await startBehind();
    const before = Date.now();
    const { body } = await service.as("ann").send(`GET /attachments/${attachmentId}/url?expiresIn=5`);
    expect(body.expiresIn).toBe(5);
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(before + 3_000);
    expect(Date.parse(body.expiresAt)).toBeLessThanOrEqual(Date.now() + 5_000);
    expect(await statusOf(body.fileUrl)).toBe(200);
    advance(5_000);
    expect(await statusOf(body.fileUrl)).toBe(403);
  });

  it("CloudFront refuses a download with a changed or unsigned URL", async () => {
    const { service, attachmentId, noteId } = await startBehind();
    const other = await upload(service, { noteId, content: "other" });
    const urlOf = async (id: string) =>
      new URL((await service.as("ann").send(`GET /attachments/${id}/url`)).body.fileUrl);
    const url = await urlOf(attachmentId);
    const query = (change: (parameters: URLSearchParams) => void) => {
      const changed = new URL(url);
      change(changed.searchParams);
      return changed.href;
    };
    const changes = [
      url.href.replace(url.pathname, (await urlOf(other)).pathname),
      query((parameters) => parameters.set("response-content-disposition", "inline")),
      query((parameters) => parameters.delete("response-content-type")),
      query((parameters) => parameters.set("Expires", String(Number(parameters.get("Expires")) + 1))),
      query((parameters) => parameters.set("Key-Pair-Id", "KOTHER")),
      query((parameters) => parameters.delete("Signature")),
      url.origin + url.pathname,
    ];
    for (const changed of changes) expect(await statusOf(changed), changed).toBe(403);
    expect(await statusOf(url.href)).toBe(200);
  });

  it("the service records a CloudFront URL in the activity before the response", async () => {
    const { service, attachmentId, noteId } = await startBehind();
    const ann = service.as("ann");
    await ann.send(`GET /attachments/${attachmentId}/url?expiresIn=7`);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    expect(items[0]).toMatchObject({ action: "url.issued", actorId: "ann", attachmentIds: [attachmentId] });
    expect(items[0].detail).toEqual({ expiresInSeconds: 7, purpose: "download" });
  });

  it("batches of URLs and download claims of links return CloudFront URLs", async () => {
    const { service, attachmentId, distribution } = await startBehind();
    const json = { attachmentIds: [attachmentId] };
    const { urls } = (await service.as("ann").send("POST /attachments/urls", { json })).body;
    expect(await (await fetch(urls[0].fileUrl)).text()).toBe("hello");
    const stored = await storeLink(service.db);
    const claimed = await visitorOf(service.app).claim(stored.token);
    expect(claimed.status).toBe(201);
    expect(new URL(claimed.body.urls[0].fileUrl).origin).toBe(distribution.target.distribution);
  });

  it("requirement 16: a request for a CloudFront URL returns 403 after the share is revoked", async () => {
    const { service, attachmentId } = await startBehind();
    const bob = service.as("bob");
    await bob.send("GET /me");
    await service.as("ann").send(`PUT /attachments/${attachmentId}/shares`, { json: { userIds: ["bob"] } });
    expect((await bob.send(`GET /attachments/${attachmentId}/url`)).status).toBe(200);
    await service.as("ann").send(`DELETE /attachments/${attachmentId}/shares/bob`);
    expect((await bob.send(`GET /attachments/${attachmentId}/url`)).status).toBe(403);
  });

  it("requirement 25: web pages may load files from the CloudFront distribution and the bucket", async () => {
    const { service, distribution } = await startBehind();
    const { headers } = await service.anonymous.send("GET /");
    const policy = String(headers["content-security-policy"]);
    for (const directive of ["img-src", "media-src", "connect-src"]) {
      const sources = policy.split(";").find((each) => each.startsWith(directive));
      expect(sources).toContain(distribution.target.distribution);
      expect(sources).toContain(new URL(bucket.endpoint).origin);
    }
  });

  it("requirement 28: the log contains no signature of a CloudFront URL", async () => {
    const { service, attachmentId } = await startBehind({ bindsIp: true });
    const { fileUrl } = (await service.as("ann").send(`GET /attachments/${attachmentId}/url`)).body;
    service.app.log.error({ err: new Error(`GET ${fileUrl} failed`), url: fileUrl }, fileUrl);
    const { searchParams } = new URL(fileUrl);
    for (const name of ["Signature", "Policy"]) expect(service.log()).not.toContain(searchParams.get(name));
  });
});

describe("CloudFront URLs for one IP address", () => {
  async function urlFrom(service: TestService, { path, ip }: { path: string; ip: string }) {
    const headers = { authorization: `Bearer ${await tokenOf("ann")}` };
    const response = await service.app.inject({ method: "GET", url: path, headers, remoteAddress: ip });
    return { status: response.statusCode, body: response.json() };
  }

  it("a CloudFront URL for one IP address works for no other IP address", async () => {
    const { service, attachmentId } = await startBehind({ bindsIp: true });
    const path = `/attachments/${attachmentId}/url`;
    const mine = await urlFrom(service, { path, ip: "127.0.0.1" });
    expect(await (await fetch(mine.body.fileUrl)).text()).toBe("hello");
    const mapped = await urlFrom(service, { path, ip: "::ffff:127.0.0.1" });
    expect(await statusOf(mapped.body.fileUrl)).toBe(200);
    const foreign = await urlFrom(service, { path, ip: "192.0.2.1" });
    expect(await statusOf(foreign.body.fileUrl)).toBe(403);
  });

  it("a CloudFront URL works if a proxy adds the port to the client's IP address", async () => {
    const app = { trustProxy: () => true };
    const { service, attachmentId } = await startBehind({ bindsIp: true }, { app });
    const headers = { "x-forwarded-for": "127.0.0.1:49152" };
    const { status, body } = await service.as("ann").send(`GET /attachments/${attachmentId}/url`, { headers });
    expect(status).toBe(200);
    expect(await (await fetch(body.fileUrl)).text()).toBe("hello");
  });

  it("a client without IPv4 gets 403 instead of a CloudFront URL for one IP address", async () => {
    const { service, attachmentId, noteId } = await startBehind({ bindsIp: true });
    const refused = await urlFrom(service, { path: `/attachments/${attachmentId}/url`, ip: "2001:db8::1" });
    expect([refused.status, refused.body.code]).toEqual([403, "ipv4_required"]);
    const { items } = (await service.as("ann").send(`GET /notes/${noteId}/activity`)).body;
    expect(items.map(({ action }: { action: string }) => action)).not.toContain("url.issued");
  });

  it("the refusal of a visitor without IPv4 uses no download claim of the link", async () => {
    const { service } = await startBehind({ bindsIp: true });
    const stored = await storeLink(service.db, { maxClaims: 1 });
    const refused = await visitorOf(service.app, { ip: "2001:db8::1" }).claim(stored.token);
    expect([refused.status, refused.body.code]).toEqual([403, "ipv4_required"]);
    expect((await visitorOf(service.app, { ip: "127.0.0.1" }).claim(stored.token)).status).toBe(201);
  });
});
