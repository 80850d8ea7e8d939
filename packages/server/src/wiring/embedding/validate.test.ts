import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createAdmit } from "../../features/embedding/admit.ts";
import type { FileBody, ItemName, ItemToFill, OfferedFile, Resource } from "../../index.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { createPlace, open, type TestUser, users } from "./testing/embedding.ts";

const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };

type Validate = NonNullable<Resource<TestUser>["validate"]>;
const withRule = (validate: Validate) => ({ resources: { invoice: { may: () => true, validate } } });

const atMostTwo: Validate = async (_file, _user, item) =>
  (await item.counts()).files >= 2 ? "An invoice has at most 2 files." : undefined;

describe.each(engines)("the rule validate on $name", (engine) => {
  it("the rule `validate` can limit the number of files of an item", async () => {
    const { as, files } = await open(await createPlace(engine), withRule(atMostTwo));
    const ann = as("ann");
    const first = await ann.upload("/invoice/42");
    const headers = { "idempotency-key": "second" };
    const started = await ann.send("POST /invoice/42/uploads", { json: declared, headers });
    expect(started.status).toBe(201);
    expect(await ann.upload("/invoice/42")).toMatchObject({
      status: 422,
      body: { code: "file_refused", detail: "An invoice has at most 2 files." },
    });
    // A client that lost the response repeats the start of the upload. Its own upload does not count.
    const repeated = await ann.send("POST /invoice/42/uploads", { json: declared, headers });
    expect(repeated.body.upload.id).toBe(started.body.upload.id);
    await files.asApplication.remove(first.body.id);
    expect(await ann.upload("/invoice/42")).toMatchObject({ status: 200 });
    expect(await ann.upload("/invoice/7")).toMatchObject({ status: 200 });
  });

  it("in a batch, `validate` counts the files that it has already accepted", async () => {
    const seen: unknown[] = [];
    const validate: Validate = async ({ filename }, _user, item) => {
      seen.push([filename, await item.counts()]);
      return filename === "bad.txt" ? "No." : undefined;
    };
    const { as, files } = await open(await createPlace(engine), withRule(validate));
    await as("ann").upload("/invoice/42", { text: "12345" });
    const uploads = ["a.txt", "bad.txt", "b.txt"].map((filename) => ({ ...declared, filename }));
    const { body } = await as("ann").send("POST /invoice/42/uploads/batch", { json: { uploads } });
    expect(body.uploads).toMatchObject([
      { upload: { id: expect.any(String) } },
      { problem: { code: "file_refused", status: 422, detail: "No." } },
      { upload: { id: expect.any(String) } },
    ]);
    expect(seen.slice(1)).toEqual([
      ["a.txt", { files: 1, bytes: 5 }],
      ["bad.txt", { files: 2, bytes: 8 }],
      ["b.txt", { files: 2, bytes: 8 }],
    ]);
    expect(
      (await files.asApplication.list({ resource: "invoice", itemId: "42" })).files.map(({ filename }) => filename),
    ).not.toContain("bad.txt");
  });
});

// The decision of `validate` does not depend on the database.
describe("the rule validate", () => {
  it("the rule `validate` receives the declared file, the user and the item", async () => {
    const calls: [OfferedFile, TestUser, ItemToFill][] = [];
    const validate: Validate = (...call) => {
      calls.push(call);
    };
    const { as } = await open(await createPlace(sqlite), withRule(validate));
    await as("ann").send("POST /invoice/42/uploads", { json: { ...declared, filename: " a.txt ", path: "in" } });
    expect(calls).toMatchObject([
      [{ ...declared, path: "in/", sha256: undefined }, { id: "ann" }, { resource: "invoice", itemId: "42" }],
    ]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("secret of the application"))],
    ["returns a truthy object", () => ({ ok: true })],
    ["returns false", () => false],
    ["returns null", () => null],
    ["returns an empty text", () => ""],
  ])("the service refuses a file if `validate` %s", async (_, validate: unknown) => {
    const { as, log, files } = await open(await createPlace(sqlite), withRule(validate as Validate));
    const answer = await as("ann").upload("/invoice/42");
    expect(answer).toMatchObject({ status: 422, body: { code: "file_refused" } });
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    expect(log()).toContain("validate() made no decision");
    expect((await files.asApplication.list({ resource: "invoice", itemId: "42" })).files).toEqual([]);
  });

  it("the service shortens a long reason for a refusal that `validate` returns", async () => {
    const { as } = await open(
      await createPlace(sqlite),
      withRule(() => "no\u0000 ".repeat(1_000_000)),
    );
    const { status, body } = await as("ann").upload("/invoice/42");
    expect([status, body.detail.length]).toEqual([422, 500]);
  });

  it("if `validate` hangs, the service refuses the file and the rest of the batch", async () => {
    const faults: unknown[] = [];
    let calls = 0;
    const hang = () => {
      calls += 1;
      return new Promise<undefined>(() => undefined);
    };
    const { db, close } = await sqlite.open();
    onTestFinished(close);
    const admit = createAdmit(
      { db },
      {
        resources: { invoice: { may: () => true, validate: hang } },
        onFault: ({ error }) => faults.push(error),
        withinMs: 10,
      },
    );
    const outcomes = await admit({ id: "ann" }, { resource: "invoice", itemId: "42", files: [declared, declared] });
    expect(outcomes).toMatchObject([{ code: "file_refused" }, { code: "file_refused" }]);
    expect([calls, faults.length]).toEqual([1, 2]);
  });

  it("`validate` checks the files of users, but not the files of the application", async () => {
    const { files } = await open(await createPlace(sqlite), withRule(atMostTwo));
    const [item, other] = ["42", "43"].map((itemId) => ({ resource: "invoice", itemId })) as [ItemName, ItemName];
    const attach = (body: FileBody) => files.attach(users.ann, item, { filename: "a.txt", body });
    const { id } = await attach(Buffer.from("one"));
    await attach(Readable.from([Buffer.from("two")]));
    const refused = { code: "file_refused", message: "An invoice has at most 2 files." };
    await expect(attach(Buffer.from("three"))).rejects.toMatchObject(refused);
    await expect(attach(Readable.from([Buffer.from("three")]))).rejects.toMatchObject(refused);
    await expect(files.copy(users.ann, id, item)).rejects.toMatchObject(refused);
    expect(await files.copy(users.ann, id, other)).toMatchObject({ itemId: "43" });
    const body = Buffer.from("three");
    expect(await files.asApplication.attach(item, { filename: "a.txt", body })).toMatchObject({ state: "ready" });
  });

  it("the rule `validate` gets the length of a stream after its last byte", async () => {
    const validate = vi.fn<Validate>();
    const { files } = await open(await createPlace(sqlite), withRule(validate));
    const body = Readable.from([Buffer.from("on"), Buffer.from("e")]);
    await files.attach(users.ann, { resource: "invoice", itemId: "42" }, { filename: "a.txt", body });
    expect(validate.mock.calls).toMatchObject([[{ filename: "a.txt", sizeBytes: 3 }, { id: "ann" }, { itemId: "42" }]]);
  });

  it("the rule `validate` is not called for a user who may not add files", async () => {
    const validate = vi.fn<Validate>();
    const resources = { invoice: { may: () => false, validate } };
    const { as } = await open(await createPlace(sqlite), { resources });
    expect(await as("ann").upload("/invoice/42")).toMatchObject({ status: 403 });
    expect(validate).not.toHaveBeenCalled();
  });
});
