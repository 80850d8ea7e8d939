import { beforeEach, describe, expect, it } from "vitest";
import { accept, hang, receiverInTest, refuse } from "../../platform/outgoing/testing/webhook-receiver.ts";
import { ended, startChild } from "../../testing/database/child-process.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { deliveriesOn, sampleEndpoint, sampleMessage } from "../../testing/webhook-suite.ts";
import type { WebhookEndpoint, WebhookMessage } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { disabledUserQueries } from "../people/queries.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe.each(engines)("the outbox of webhooks on $name", (engine) => {
  const suite = useDatabase(engine);

  beforeEach(async () => {
    for (const table of ["webhook_endpoints", "webhook_deliveries", "disabled_users"] as const) {
      await suite.db.kysely.deleteFrom(table).execute();
    }
  });

  async function addEndpoint(given: Partial<WebhookEndpoint>): Promise<WebhookEndpoint> {
    const endpoint = sampleEndpoint(given);
    await webhookQueries(suite.db).insert(endpoint);
    return endpoint;
  }

  async function queue(given: Partial<WebhookMessage> = {}): Promise<string> {
    const message = sampleMessage({ at: suite.clock.now, ...given });
    await suite.db.transaction((tx) => webhookQueries(tx).queue(message));
    return message.id;
  }

  const logOf = async ({ id }: WebhookEndpoint) =>
    (await webhookQueries(suite.db).listDeliveries(id, { limit: 50, cursor: undefined })).items;
  const read = ({ ownerId, id }: WebhookEndpoint) => webhookQueries(suite.db).find(ownerId, id);

  it("a message is queued for each subscribed webhook of the owner and of the service", async () => {
    const own = await addEndpoint({});
    const ofService = await addEndpoint({ ownerId: "" });
    const others = [
      await addEndpoint({ ownerId: "bob" }),
      await addEndpoint({ events: ["upload.rejected", "share.created"] }),
      await addEndpoint({ disabledAt: suite.clock.now }),
    ];
    const id = await queue();
    expect((await logOf(own)).map((delivery) => delivery.id)).toEqual([id]);
    expect((await logOf(ofService)).map((delivery) => delivery.id)).toEqual([id]);
    for (const other of others) expect(await logOf(other)).toEqual([]);
  });

  it("two replicas together send each webhook message only once", async () => {
    const { url, received } = await receiverInTest();
    await addEndpoint({ url });
    const ids: string[] = [];
    for (let nth = 0; nth < 6; nth++) ids.push(await queue());
    const counts = await Promise.all([deliveriesOn(suite).drain(), deliveriesOn(suite).drain()]);
    expect(counts[0] + counts[1]).toBe(6);
    expect(received.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it("webhook messages about one file arrive in order", async () => {
    let isDown = true;
    const { url, received } = await receiverInTest({
      respond: (response, { id }) => (isDown && id === first ? refuse(response) : accept(response)),
    });
    await addEndpoint({ url });
    const first = await queue({ subject: "file" });
    const second = await queue({ subject: "file" });
    const other = await queue({ subject: "another file" });
    const { drain } = deliveriesOn(suite);
    await drain();
    suite.clock.now += 9_999;
    await drain();
    expect(received.map(({ id }) => id)).toEqual([first]);
    suite.clock.now += 1;
    await drain();
    expect(received.map(({ id }) => id)).toEqual([first, other, first]);
    isDown = false;
    suite.clock.now += MINUTE_MS;
    await drain();
    expect(received.map(({ id }) => id)).toEqual([first, other, first, first, second]);
  });

  it("requirement 53: no webhook message is lost if its receiver fails for a day", async () => {
    let isDown = true;
    const { url, received } = await receiverInTest({
      respond: (response) => (isDown ? refuse(response) : accept(response)),
    });
    const endpoint = await addEndpoint({ url });
    const ids = [await queue(), await queue()];
    const { drain, failures } = deliveriesOn(suite);
    for (let minute = 0; minute < 24 * 60; minute += 20) {
      await drain();
      suite.clock.now += 20 * MINUTE_MS;
    }
    const tries = received.length;
    expect(tries).toBeGreaterThan(30);
    // The pauses between tries grow. With equal pauses, the service would try 72 times.
    expect(tries).toBeLessThan(60);
    expect(failures.some(({ isFinal, isDisabled }) => isFinal || isDisabled)).toBe(false);
    isDown = false;
    for (let hour = 0; hour < 3; hour++) {
      suite.clock.now += HOUR_MS;
      await drain();
    }
    expect([...new Set(received.slice(tries).map(({ id }) => id))].sort()).toEqual(ids.sort());
    expect((await logOf(endpoint)).map(({ deliveredAt }) => deliveredAt === undefined)).toEqual([false, false]);
    expect((await read(endpoint))?.disabledAt).toBeUndefined();
  });

  it("the service disables a webhook that fails for three days", async () => {
    const { url, received } = await receiverInTest({ respond: refuse });
    const endpoint = await addEndpoint({ url });
    await queue();
    const { drain, failures } = deliveriesOn(suite);
    await drain();
    suite.clock.now += 3 * DAY_MS - 20_001;
    await drain();
    expect(failures.map(({ isFinal }) => isFinal)).toEqual([false, false]);
    suite.clock.now += 20_000;
    await queue();
    await drain();
    expect(failures.at(-1)).toMatchObject({ webhookId: endpoint.id, attempt: 3, isFinal: true, isDisabled: true });
    expect(await read(endpoint)).toMatchObject({
      disabledAt: suite.clock.now,
      failure: "status",
      problem: "It responded with 500.",
    });
    expect(await logOf(endpoint)).toMatchObject([
      { givenUpAt: suite.clock.now, failure: "disabled", problem: "The endpoint was disabled." },
      { givenUpAt: suite.clock.now, status: 500, failure: "status", problem: "It responded with 500." },
    ]);
    const tries = received.length;
    await queue();
    suite.clock.now += DAY_MS;
    await drain();
    expect(received).toHaveLength(tries);
  });

  it("the service does not disable a webhook that refuses only one message", async () => {
    const { url } = await receiverInTest({
      respond: (response, { id }) => (id === bad ? refuse(response) : accept(response)),
    });
    const endpoint = await addEndpoint({ url });
    const bad = await queue();
    const { drain, failures } = deliveriesOn(suite);
    await drain();
    suite.clock.now += HOUR_MS;
    await queue();
    await drain();
    suite.clock.now += 3 * DAY_MS;
    await drain();
    expect(failures.at(-1)).toMatchObject({ deliveryId: bad, isFinal: true, isDisabled: false });
    expect((await read(endpoint))?.disabledAt).toBeUndefined();
  });

  it("a caller can send a webhook message again after the service has given up the message", async () => {
    let isDown = true;
    const { url, received } = await receiverInTest({
      respond: (response) => (isDown ? refuse(response) : accept(response)),
    });
    const endpoint = await addEndpoint({ url });
    const id = await queue();
    const { drain } = deliveriesOn(suite);
    suite.clock.now += 3 * DAY_MS;
    await drain();
    const { ownerId, id: endpointId } = endpoint;
    await webhookQueries(suite.db).update({ ownerId, id: endpointId }, { isDisabled: false, now: suite.clock.now });
    isDown = false;
    expect(await webhookQueries(suite.db).retry({ endpointId, id }, suite.clock.now)).toBe(true);
    expect(await drain()).toBe(1);
    expect(received.map((one) => one.id)).toEqual([id, id]);
    expect(await logOf(endpoint)).toMatchObject([{ attempts: 1, status: 204, problem: undefined }]);
  });

  it("a webhook that does not respond does not delay other webhooks", async () => {
    const hanging = await receiverInTest({ respond: hang });
    const healthy = await receiverInTest();
    const endpoint = await addEndpoint({ url: hanging.url });
    const other = await addEndpoint({ url: healthy.url });
    for (let nth = 0; nth < 3; nth++) await queue();
    const { start, drain, failures, cut } = deliveriesOn(suite, { withinMs: 60_000 });
    await expect
      .poll(async () => {
        await start();
        return (await logOf(other)).filter(({ deliveredAt }) => deliveredAt !== undefined);
      })
      .toHaveLength(3);
    expect(healthy.received).toHaveLength(3);
    expect(hanging.received).toHaveLength(1);
    cut();
    await drain();
    expect(failures).toMatchObject([{ webhookId: endpoint.id, problem: "The service stopped during the request." }]);
  });

  it("webhooks that do not respond do not delay the webhooks of other owners", async () => {
    const hanging = await receiverInTest({ respond: hang });
    const healthy = await receiverInTest();
    for (const ownerId of ["ann", "eve", "mallory"]) {
      for (let nth = 0; nth < 20; nth++) await addEndpoint({ ownerId, url: hanging.url });
      await queue({ ownerId });
    }
    await addEndpoint({ ownerId: "bob", url: healthy.url });
    suite.clock.now += 1;
    await queue({ ownerId: "bob" });
    const { start, drain, cut } = deliveriesOn(suite, { withinMs: 60_000 });
    await expect
      .poll(async () => {
        await start();
        return [hanging.received.length, healthy.received.length];
      })
      .toEqual([15, 1]);
    await suite.db.kysely.deleteFrom("webhook_deliveries").execute();
    cut();
    await drain();
  });

  it("the queued webhook messages of a disabled user wait until the user is enabled again", async () => {
    const { url, received } = await receiverInTest();
    await addEndpoint({ url });
    await queue();
    await disabledUserQueries(suite.db).add("ann", suite.clock.now);
    const { drain } = deliveriesOn(suite);
    expect(await drain()).toBe(0);
    await disabledUserQueries(suite.db).remove("ann");
    expect(await drain()).toBe(1);
    expect(received).toHaveLength(1);
  });

  it("the service deletes old deliveries and the deliveries of deleted webhooks", async () => {
    const endpoint = await addEndpoint({});
    const other = await addEndpoint({});
    await queue();
    await webhookQueries(suite.db).delete("ann", endpoint.id);
    expect([(await logOf(endpoint)).length, (await logOf(other)).length]).toEqual([0, 1]);
    await webhookQueries(suite.db).deleteOld(suite.clock.now + 1);
    expect(await logOf(other)).toEqual([]);
  });

  it("requirement 53: the service sends the webhook message of a killed process again", async () => {
    let child: ReturnType<typeof startChild> | undefined;
    const killAt = 3;
    const { url, received } = await receiverInTest({
      respond(response) {
        if (child !== undefined && received.length === killAt) {
          child.kill("SIGKILL");
          child = undefined;
        } else accept(response);
      },
    });
    await addEndpoint({ url });
    const ids: string[] = [];
    for (let nth = 0; nth < 6; nth++) ids.push(await queue({ subject: nth < 3 ? "file" : `file ${nth}` }));
    const { file, url: database } = suite.test;
    const location = JSON.stringify(file === undefined ? { url: database } : { file });
    const script = "../deliver-webhooks";
    child = startChild(script, [location, String(suite.clock.now)]);
    expect(await ended(child)).toBe("SIGKILL");
    const { drain } = deliveriesOn(suite);
    await drain();
    suite.clock.now += MINUTE_MS;
    await drain();
    expect([...new Set(received.map(({ id }) => id))].sort()).toEqual(ids.sort());
    // Only the message that the killed process was sending arrived twice, with the same id.
    expect(received).toHaveLength(7);
  });
});
