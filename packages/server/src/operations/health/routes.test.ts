import { describe, expect, it, onTestFinished, vi } from "vitest";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { startServiceInTest } from "../../testing/use-service.ts";
import type { AppOptions } from "../../wiring/app.ts";

const [engine] = engines as [(typeof engines)[number]];

const started = (app: Partial<AppOptions> = {}) => startServiceInTest({ engine, app });

const up = async (): Promise<void> => undefined;
const down = (): Promise<void> => Promise.reject(new Error("connect to 10.0.0.7 refused"));
const silent = (): Promise<void> => new Promise<void>(() => undefined);

describe("the probes of the service", () => {
  it("the route /healthz returns 200 while the database and the bucket are down", async () => {
    const { anonymous } = await started({ probes: { database: down, bucket: down } });
    expect((await anonymous.send("GET /healthz")).body).toEqual({ status: "ok" });
  });

  it("the route /readyz returns `ready` when the database and the bucket respond", async () => {
    const { anonymous } = await started();
    // The test polls, because a probe may exceed its time limit on a slow machine.
    await expect
      .poll(async () => (await anonymous.send("GET /readyz")).body)
      .toEqual({ status: "ready", checks: { database: "up", bucket: "up" } });
  });

  it.each([
    ["database", { database: down, bucket: up }, { database: "down", bucket: "up" }],
    ["database, bucket", { database: down, bucket: down }, { database: "down", bucket: "down" }],
  ])("the route /readyz hides the cause of an outage from callers (down: %s)", async (names, probes, checks) => {
    const { anonymous } = await started({ probes });
    const answer = await anonymous.send("GET /readyz");
    expect(answer.status).toBe(503);
    const [code, detail] = ["database_unavailable", `Not ready. Down: ${names}.`];
    expect(answer.body).toMatchObject({ status: 503, code, checks, detail });
    expect(answer.headers["retry-after"]).toBe("2");
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.text).not.toContain("10.0.0.7");
  });

  it.each([
    ["bucket", { bucket: down, scanner: up }],
    ["scanner", { bucket: up, scanner: down }],
  ])("the route /readyz returns 200 and `degraded` while only the %s is unavailable", async (part, probes) => {
    const { anonymous } = await started({ probes: { database: up, ...probes } });
    const { status, body } = await anonymous.send("GET /readyz");
    expect([status, body.status, body.detail]).toEqual([200, "degraded", `Down: ${part}.`]);
    expect(body.checks).toEqual({ database: "up", bucket: "up", scanner: "up", [part]: "down" });
    const { text } = await anonymous.send("GET /metrics");
    expect(text).toContain('valetkey_part_up{part="database"} 1\n');
    expect(text).toContain(`valetkey_part_up{part="${part}"} 0\n`);
  });

  it("the route /readyz returns `shutting_down` while the service shuts down", async () => {
    const draining = new AbortController();
    const { anonymous } = await started({ draining: draining.signal });
    expect((await anonymous.send("GET /healthz")).headers.connection).not.toBe("close");
    draining.abort();
    const answer = await anonymous.send("GET /readyz");
    expect(answer.body).toMatchObject({ status: 503, code: "shutting_down" });
    const served = await anonymous.send("GET /healthz");
    expect([served.status, served.headers.connection]).toEqual([200, "close"]);
  });

  it("the route /readyz names the reason why the database is unavailable", async () => {
    const full = () => Promise.reject(new DomainError("storage_full", "The disk of the database is full"));
    const { anonymous } = await started({ probes: { database: full, bucket: up } });
    const { body } = await anonymous.send("GET /readyz");
    expect(body.detail).toBe("Not ready. Down: database (The disk of the database is full).");
  });

  it("the service probes the database and the bucket at most once a second each", async () => {
    let probed = 0;
    const counting = async () => {
      probed += 1;
    };
    const { anonymous } = await started({ probes: { database: up, bucket: counting } });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    await Promise.all(Array.from({ length: 50 }, () => anonymous.send("GET /readyz")));
    expect(probed).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(probed).toBe(2);
  });

  it("the route /readyz reports the bucket as down if the first probe is too slow", async () => {
    const { anonymous } = await started({ probes: { database: up, bucket: silent } });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const answer = anonymous.send("GET /readyz");
    // There are two timers: the timer of the running probe, and the timer of the next probe of the database.
    await expect.poll(() => vi.getTimerCount()).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await answer).body.checks).toEqual({ database: "up", bucket: "down" });
  });

  it("the route /readyz returns 503 while a probe of the database takes over a second", async () => {
    let probed = 0;
    const slow = Promise.withResolvers<void>();
    const database = async () => {
      probed += 1;
      if (probed === 2) await slow.promise;
    };
    const { anonymous } = await started({ probes: { database, bucket: up } });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const status = async () => (await anonymous.send("GET /readyz")).status;
    expect(await status()).toBe(200);
    await vi.advanceTimersByTimeAsync(800);
    expect([probed, await status()]).toEqual([2, 200]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await status()).toBe(503);
    slow.resolve();
    await vi.advanceTimersByTimeAsync(1);
    expect([probed, await status()]).toEqual([2, 200]);
  });

  it("the route /readyz uses the last probe for ten seconds while a new probe runs", async () => {
    let probed = 0;
    let hanging = Promise.withResolvers<void>();
    const database = async () => {
      probed += 1;
      if (probed > 1) await hanging.promise;
    };
    const { anonymous } = await started({ probes: { database, bucket: up } });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const status = async () => (await anonymous.send("GET /readyz")).status;
    expect(await status()).toBe(200);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([probed, await status()]).toEqual([2, 200]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await status()).toBe(503);
    hanging.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await status()).toBe(200);
    await vi.advanceTimersByTimeAsync(60_000);
    const before = probed;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(probed).toBe(before);
    hanging = Promise.withResolvers();
    const answer = anonymous.send("GET /readyz");
    await expect.poll(() => probed).toBe(before + 1);
    hanging.resolve();
    expect((await answer).status).toBe(200);
  });
});

describe("the metrics of the service", () => {
  it("the route /metrics counts requests for each route, and contains no ids", async () => {
    const service = await started();
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    await ann.send(`GET /attachments/${id}/url`);
    await ann.send("POST /attachments/urls", { json: { attachmentIds: [id, noteId, id] } });
    await ann.send(`GET /no/such/${id}`);
    const { text, headers } = await service.anonymous.send("GET /metrics");
    expect(headers["content-type"]).toMatch(/^text\/plain/);
    expect(text).toContain('valetkey_urls_total{outcome="issued"} 3\n');
    expect(text).toContain('valetkey_urls_total{outcome="attachment_not_found"} 1\n');
    const count = (route: string, status: number, method = "GET") =>
      `duration_seconds_count{method="${method}",route="${route}",status="${status}"} 1\n`;
    expect(text).toContain(count("/attachments/:attachmentId/url", 200));
    expect(text).toContain(count("/notes", 201, "POST"));
    expect(text).toContain(count("unmatched", 404));
    for (const secret of [id, noteId, "ann", "X-Amz"]) expect(text).not.toContain(secret);
  });

  it("the route /metrics requires METRICS_TOKEN if the setting is set", async () => {
    const { anonymous } = await started({ metricsAccess: { token: "a-long-enough-token" } });
    const refused = await anonymous.send("GET /metrics");
    expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    const wrong = { authorization: "Bearer another-long-token" };
    expect((await anonymous.send("GET /metrics", { headers: wrong })).status).toBe(401);
    const right = { authorization: "Bearer a-long-enough-token" };
    expect((await anonymous.send("GET /metrics", { headers: right })).status).toBe(200);
  });

  it("the port of the service has no route /metrics if the metrics have their own port", async () => {
    const { anonymous } = await started({ metricsAccess: "elsewhere" });
    expect((await anonymous.send("GET /metrics")).status).toBe(404);
  });
});

describe("the header X-Request-Id", () => {
  it("the body of an error has the same id as the header X-Request-Id", async () => {
    const { anonymous } = await started();
    const { headers, body } = await anonymous.send("GET /me");
    expect(headers["x-request-id"]).toBe(body.requestId);
  });

  it("the service keeps the X-Request-Id of a request if the value looks like an id", async () => {
    const { anonymous } = await started();
    const sent = async (id: string) =>
      (await anonymous.send("GET /healthz", { headers: { "x-request-id": id } })).headers["x-request-id"];
    expect(await sent("0192f1d2-from-the-proxy")).toBe("0192f1d2-from-the-proxy");
    for (const odd of ["short", "x".repeat(129), 'a"b"c"d"e', "with spaces in it"])
      expect(await sent(odd)).not.toBe(odd);
  });
});
