import { v7 } from "uuid";
import { beforeEach, describe, expect, it } from "vitest";
import { sampleAttachment, sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { sampleEndpoint } from "../../testing/webhook-suite.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { issuedUrlQueries } from "../audit/issued-url-queries.ts";
import { urlAuditLog } from "../audit/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import type { WebhookEndpoint } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { reportUrls } from "./jobs.ts";

const SETTLED_MS = 30_000;

const instantIn = (id: string) => Number.parseInt(id.replace("-", "").slice(0, 12), 16);

describe.each(engines)("webhook messages that sum up issued URLs, on $name", (engine) => {
  const suite = useDatabase(engine);
  const report = () => reportUrls({ db: suite.db, clock: () => suite.clock.now, newId })();
  const newId = () => v7({ msecs: suite.clock.now });

  beforeEach(async () => {
    suite.clock.now += 3_600_000;
    for (const table of ["webhook_endpoints", "webhook_deliveries", "attachments", "notes", "usage"] as const) {
      await suite.db.kysely.deleteFrom(table).execute();
    }
  });

  async function addEndpoint(given: Partial<WebhookEndpoint> = {}): Promise<string> {
    const endpoint = sampleEndpoint({ events: ["url.issued"], createdAt: suite.clock.now, ...given });
    await webhookQueries(suite.db).insert(endpoint);
    return endpoint.id;
  }

  async function issue(given: Partial<AuditEvent> = {}): Promise<AuditEvent> {
    suite.clock.now += 10;
    const event = sampleEvent({ id: newId(), at: suite.clock.now, ...given });
    await urlAuditLog(suite.db).record(event);
    return event;
  }

  /** Adds a file, so that the table of usage has a row for its owner. The summaries for the service find all owners in this table. */
  async function addFileOf(ownerId: string): Promise<void> {
    const note = sampleNote({ ownerId });
    await suite.db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await attachmentQueries(tx).insert(sampleAttachment(note, { state: "ready", sizeBytes: 1 }));
    });
  }

  async function summariesFor(endpointId: string) {
    const { kysely } = suite.db;
    const rows = kysely.selectFrom("webhook_deliveries").select("body").where("endpoint_id", "=", endpointId);
    return (await rows.orderBy("id").execute()).map(({ body }) => JSON.parse(body).data);
  }

  it("a webhook summary counts the issued URLs of each file", async () => {
    const endpointId = await addEndpoint();
    const { id: first, noteId, attachmentIds } = await issue();
    const { id: last } = await issue({ noteId, attachmentIds: [...attachmentIds, v7()] });
    await issue({ ownerId: "bob" });
    await issue({ action: "url.refused" });
    suite.clock.now += SETTLED_MS - 100;
    expect(await report()).toBe(0);
    suite.clock.now += 5_100;
    expect(await report()).toBe(1);
    const instantOf = (id: string) => new Date(instantIn(id)).toISOString();
    const [summary, ...others] = await summariesFor(endpointId);
    expect(others).toEqual([]);
    expect(summary).toMatchObject({ count: 3, isComplete: true, from: instantOf(first), to: instantOf(last) });
    expect(summary.files[0]).toEqual({ noteId, attachmentId: attachmentIds[0], count: 2 });
    expect(summary.files).toHaveLength(2);
    expect(JSON.stringify(summary)).not.toContain("http");
    suite.clock.now += SETTLED_MS;
    expect(await report()).toBe(0);
  });

  it("with two replicas, the webhook summaries count each issued URL once", async () => {
    const endpointId = await addEndpoint();
    for (let nth = 0; nth < 40; nth++) {
      await issue();
      if (nth % 8 === 0) {
        suite.clock.now += 7_000;
        await Promise.all([report(), report()]);
      }
    }
    suite.clock.now += SETTLED_MS + 5_000;
    await Promise.all([report(), report(), report()]);
    const summaries = await summariesFor(endpointId);
    expect(summaries.length).toBeGreaterThan(1);
    expect(summaries.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  });

  it("a webhook gets summaries of issued URLs at least five seconds apart", async () => {
    const endpointId = await addEndpoint();
    for (let second = 0; second < 60; second++) {
      suite.clock.now += 990;
      await issue();
      await report();
    }
    expect((await summariesFor(endpointId)).length).toBeLessThanOrEqual(7);
  });

  it("the job for webhook summaries reads a long period without events only once", async () => {
    const [own, ofService] = [await addEndpoint(), await addEndpoint({ ownerId: "" })];
    const ranges: number[] = [];
    const watched = new Proxy(issuedUrlQueries(suite.db), {
      get(target, name) {
        if (name !== "listIssuedUrls") return Reflect.get(target, name);
        return (range: Parameters<typeof target.listIssuedUrls>[0]) => {
          ranges.push(instantIn(range.before) - instantIn(range.after));
          return target.listIssuedUrls(range);
        };
      },
    });
    const poll = reportUrls({
      db: { ...suite.db, built: new Map([[issuedUrlQueries, watched]]) },
      clock: () => suite.clock.now,
      newId,
    });
    for (let nth = 0; nth < 900 / 5; nth++) {
      suite.clock.now += 5_000;
      expect(await poll()).toBe(0);
    }
    expect(Math.max(...ranges)).toBeLessThanOrEqual(65_000);
    await addFileOf("ann");
    await issue();
    suite.clock.now += SETTLED_MS + 60_000;
    expect(await report()).toBe(2);
    for (const id of [own, ofService]) expect(await summariesFor(id)).toMatchObject([{ count: 1 }]);
  });

  it("a webhook of the service gets one summary of issued URLs a minute", async () => {
    const endpointId = await addEndpoint({ ownerId: "" });
    await addFileOf("ann");
    for (let second = 0; second < 180; second += 5) {
      suite.clock.now += 4_990;
      await issue();
      await report();
    }
    expect(await summariesFor(endpointId)).toHaveLength(2);
  });

  it("a summary for a webhook of the service counts the issued URLs of all users", async () => {
    const endpointId = await addEndpoint({ ownerId: "" });
    for (const ownerId of ["ann", "bob", "zoe"]) {
      await addFileOf(ownerId);
      await issue({ ownerId });
    }
    suite.clock.now += SETTLED_MS + 60_000;
    await report();
    expect(await summariesFor(endpointId)).toMatchObject([{ count: 3 }]);
  });

  it("the job for webhook summaries runs only one query if no webhook subscribes to them", async () => {
    await addEndpoint({ events: ["upload.ready"] });
    await addEndpoint({ disabledAt: 1 });
    await issue();
    suite.clock.now += SETTLED_MS + 5_000;
    let queries = 0;
    const watched = new Proxy(issuedUrlQueries(suite.db), {
      get(target, name) {
        queries += 1;
        return Reflect.get(target, name);
      },
    });
    const deps = {
      db: { ...suite.db, built: new Map([[issuedUrlQueries, watched]]) },
      clock: () => suite.clock.now,
      newId,
    };
    expect(await reportUrls(deps)()).toBe(0);
    expect(queries).toBe(1);
  });
});
