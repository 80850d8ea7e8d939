import { expect, test } from "vitest";
import { type BadInputFixture, LARGE, PART, type Part } from "./fixture.ts";

/** Tests uploads whose content a second PUT replaces. */
export function swapTests(fixture: BadInputFixture): void {
  test("requirement 7: a second PUT to an upload URL does not change the verified file", async () => {
    const upload = await fixture.start();
    expect((await fixture.put(upload, "good!")).status).toBe(200);
    expect((await fixture.complete(upload)).body.state).toBe("ready");
    const swap = await fixture.put(upload, "evil!");
    expect(swap.status).toBe(fixture.capabilities().conditionalPut ? 412 : 200);
    expect((await fixture.served(upload)).toString()).toBe("good!");
    expect((await fixture.complete(upload)).body.state).toBe("ready");
    expect((await fixture.served(upload)).toString()).toBe("good!");
  });

  test("requirement 7: a second PUT of each part does not change the verified file", async () => {
    const upload = await fixture.startLarge();
    const [first, second] = (await fixture.sign(upload, [1, 2])) as [Part, Part];
    await fixture.sendParts(upload, [1, 2]);
    expect((await fixture.complete(upload)).body.state).toBe("ready");
    const swaps = [await fixture.put(first, Buffer.alloc(PART, 7)), await fixture.put(second, Buffer.alloc(1_000, 7))];
    for (const { status } of swaps) expect(status).toBe(fixture.capabilities().partsDie ? 404 : 200);
    expect((await fixture.served(upload)).equals(LARGE)).toBe(true);
  });

  test("requirement 6: all downloads return the same body after two PUTs to one URL", async () => {
    const upload = await fixture.start();
    expect((await fixture.put(upload, "first")).status).toBe(200);
    expect((await fixture.put(upload, "other")).status).toBe(fixture.capabilities().conditionalPut ? 412 : 200);
    expect((await fixture.complete(upload)).body.state).toBe("ready");
    const verified = (await fixture.served(upload)).toString();
    expect(verified).toBe(fixture.capabilities().conditionalPut ? "first" : "other");
    await fixture.put(upload, "third");
    expect((await fixture.served(upload)).toString()).toBe(verified);
  });

  test("after several simultaneous PUTs to one URL, a download returns one of the bodies", async () => {
    const upload = await fixture.start();
    const bodies = ["aaaaa", "bbbbb", "ccccc", "ddddd"];
    const statuses = await Promise.all(bodies.map(async (body) => (await fixture.put(upload, body)).status));
    if (fixture.capabilities().conditionalPut) expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await fixture.complete(upload)).body.state).toBe("ready");
    expect(bodies).toContain((await fixture.served(upload)).toString());
  });
}
