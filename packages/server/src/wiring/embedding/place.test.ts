import { describe, expect, it } from "vitest";
import { createIsOwnKey, createNewObjectKey, isPlace } from "../../platform/bucket/bucket.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { createPlace, open, users } from "./testing/embedding.ts";

const body = Buffer.from("the invoice");
const invoice = (itemId: string) => ({ resource: "invoice", itemId });
const ofTenant = /^valetkey-places\/tenants\/acme\/[0-9a-f]{44}$/;

describe.each(engines)("the option `place` on $name", (engine) => {
  it("all objects of an item are in the folder that `place` returned first for the item", async () => {
    const location = await createPlace(engine);
    const resources = { invoice: { may: () => true } };
    const first = await open(location, {
      resources,
      place: ({ itemId }) => (itemId === "42" ? "tenants/acme" : undefined),
    });
    const ann = first.as("ann");
    const { id } = (await ann.upload("/invoice/42")).body;
    await first.files.attach(users.ann, invoice("42"), { filename: "a.txt", body });
    expect(await first.bucket.keys()).toEqual([expect.stringMatching(ofTenant), expect.stringMatching(ofTenant)]);
    await first.close();
    const second = await open(location, { background: false, resources, place: () => "tenants/other" });
    await second.files.attach(users.ann, invoice("42"), { filename: "b.txt", body });
    expect((await second.bucket.keys()).filter((key) => ofTenant.test(key))).toHaveLength(3);
    const { url } = await second.files.issueUrl(users.ann, id);
    expect(await (await fetch(url)).text()).toBe("the invoice");
    // The copy goes to the folder that `place` returns for its own item.
    await second.files.copy(users.ann, id, invoice("7"));
    expect((await second.bucket.keys()).filter((key) => key.startsWith("valetkey-places/tenants/other/"))).toHaveLength(
      1,
    );
    await second.files.removeAll(users.ann, invoice("42"));
    await second.files.tick();
    expect((await second.bucket.keys()).filter((key) => ofTenant.test(key))).toEqual([]);
  });
});

describe("the option `place`", () => {
  it("the log warns once about items without a tenant if the tenants have a quota", async () => {
    const { files, log } = await open(await createPlace(sqlite), {
      ...{ tenantQuotaBytes: 100, resources: { invoice: { may: () => true } } },
      place: ({ itemId }) => (itemId === "42" ? { tenant: "acme" } : undefined),
    });
    for (const id of ["42", "7", "8"]) await files.attach(users.ann, invoice(id), { filename: "a.txt", body });
    expect(log().split("tenantQuotaBytes never limits")).toHaveLength(2);
  });

  it.each([["../other"], ["a/../b"], ["/a"], ["a/"], ["a//b"], [""], ["a b"], ["ü"], ["x".repeat(201)], [7], [null]])(
    "an upload fails and stores nothing if the option `place` returns %j",
    async (place: unknown) => {
      expect(isPlace(place)).toBe(false);
      const { as, bucket, log } = await open(await createPlace(sqlite), { place: () => place as string });
      expect(await as("ann").upload("/invoice/42")).toMatchObject({ status: 500, body: { code: "internal" } });
      expect(await bucket.keys()).toEqual([]);
      expect(log()).toContain("place() must return");
    },
  );

  it("no HTTP client can choose the folder of an upload", async () => {
    const { as, bucket } = await open(await createPlace(sqlite));
    const json = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3, place: "evil", noteId: "other" };
    const { status, body: started } = await as("ann").send("POST /invoice/42/uploads", { json });
    if (status === 201) {
      const { url, method, headers } = started.upload;
      await fetch(url, { method, headers, body: "abc" });
    }
    expect((await bucket.keys()).filter((key) => key.includes("evil"))).toEqual([]);
  });

  it("the check of object keys accepts only keys in folders of Valet Key", () => {
    const isOwnKey = createIsOwnKey({ keyPrefix: "a/" });
    const newKey = createNewObjectKey({ keyPrefix: "a/", clock: () => 1, random: (bytes) => new Uint8Array(bytes) });
    const hex = "0".repeat(44);
    const key = newKey(undefined, "tenants/acme");
    expect([key, isOwnKey(key), newKey(key), newKey(key, "")]).toMatchObject([
      expect.stringMatching(/^a\/valetkey-places\/tenants\/acme\/[0-9a-f]{44}$/),
      true,
      key,
      expect.stringMatching(/^a\/[0-9a-f]{44}$/),
    ]);
    for (const foreign of [
      `a/tenants/acme/${hex}`,
      `a/valetkey-places/${hex}`,
      `a/valetkey-places/../${hex}`,
      `a/places/x/${hex}`,
      `valetkey-places/x/${hex}`,
    ]) {
      expect([foreign, isOwnKey(foreign)]).toEqual([foreign, false]);
    }
  });
});
