import { expect, test } from "vitest";
import { declaredPromises } from "../../../../packages/server/src/platform/bucket/testing/declared-promises.ts";
import { type BadInputFixture, LARGE, PART, type Part } from "./fixture.ts";

/** Longer than the lifetime of every URL and the clock skew that S3 accepts, but shorter than the lifetime of the test tokens. */
const CLOCK_OFF_MS = 40 * 60_000;

/** Tests uploads with expired URLs, and uploads while the service's clock is wrong. */
export function clockTests(fixture: BadInputFixture): void {
  test("the S3 server refuses an expired upload URL", async () => {
    fixture.service().advance(-901_000);
    const upload = await fixture.start();
    const large = await fixture.startLarge();
    const [part] = (await fixture.sign(large, [2])) as [Part];
    fixture.service().advance(901_000);
    expect((await fixture.put(upload, "hello")).status).toBe(403);
    expect((await fixture.put(part, LARGE.subarray(PART))).status).toBe(403);
    for (const each of [upload, large]) await fixture.expectIncomplete(each);
  });

  test("the S3 server refuses URLs from a service whose clock is slow", async () => {
    const ready = await fixture.start();
    expect((await fixture.put(ready, "hello")).status).toBe(200);
    expect((await fixture.complete(ready)).body.state).toBe("ready");
    fixture.service().advance(-CLOCK_OFF_MS);
    const upload = await fixture.start();
    const large = await fixture.startLarge();
    const [part] = (await fixture.sign(large, [2])) as [Part];
    const { fileUrl } = (await fixture.ann().send(`GET /attachments/${ready.attachmentId}/url`)).body;
    fixture.service().advance(CLOCK_OFF_MS);
    expect((await fixture.put(upload, "hello")).status).toBe(403);
    expect((await fixture.put(part, LARGE.subarray(PART))).status).toBe(403);
    expect((await fetch(fileUrl)).status).toBe(403);
    for (const each of [upload, large]) await fixture.expectIncomplete(each);
    expect((await fixture.served(ready)).toString()).toBe("hello");
  });

  test("the S3 server handles URLs as documented if the clock of the service is fast", async () => {
    const isRefused = declaredPromises(fixture.name).get("not-yet-valid") === true;
    fixture.service().advance(CLOCK_OFF_MS);
    const upload = await fixture.start();
    const large = await fixture.startLarge();
    const parts = await fixture.sign(large, [1, 2]);
    const sent = [await fixture.put(upload, "hello")];
    for (const part of parts) {
      sent.push(await fixture.put(part, LARGE.subarray((part.partNumber - 1) * PART, part.partNumber * PART)));
    }
    expect(sent.map(({ status }) => status)).toEqual(Array(3).fill(isRefused ? 403 : 200));
    if (isRefused) {
      for (const each of [upload, large]) await fixture.expectIncomplete(each);
    } else {
      for (const each of [upload, large]) expect((await fixture.complete(each)).body.state).toBe("ready");
      expect((await fixture.served(upload)).toString()).toBe("hello");
      expect((await fixture.served(large)).equals(LARGE)).toBe(true);
    }
    fixture.service().advance(-CLOCK_OFF_MS);
  });
}
