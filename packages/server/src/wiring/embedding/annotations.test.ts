import { PutObjectCommand } from "@aws-sdk/client-s3";
import { sql } from "kysely";
import { describe, expect, it, vi } from "vitest";
import { checkAnnotations, termsOfFilter } from "../../features/attachments/annotations.ts";
import type { Hook, Resource } from "../../index.ts";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { createPlace, locationOf, open, type TestUser, users } from "./testing/embedding.ts";

const invoice = { resource: "invoice", itemId: "42" };
const body = Buffer.from("the invoice");
const names = ({ files }: { files: { filename: string }[] }) => files.map(({ filename }) => filename);

describe.each(engines)("tags and metadata of files on $name", (engine) => {
  it("an upload stores the tags and metadata that `validate` returns", async () => {
    const validate: Resource<TestUser>["validate"] = ({ filename }) => ({ tags: ["new"], metadata: { filename } });
    const onReady = vi.fn<Hook>();
    const options = { background: false, resources: { invoice: { may: () => true, validate, onReady } } };
    const { as, files } = await open(await createPlace(engine), options);
    const ann = as("ann");
    const headers = { "idempotency-key": "one" };
    const json = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json, headers })).body;
    const { uploads } = (await ann.send("POST /invoice/42/uploads/batch", { json: { uploads: [json] } })).body;
    await fetch(upload.url, { method: upload.method, headers: upload.headers, body: "abc" });
    const completed = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(completed.status).toBe(200);
    expect(JSON.stringify([completed.body, (await ann.send("GET /invoice/42")).body])).not.toContain("metadata");
    const facts = { tags: ["new"], metadata: { filename: "a.txt" } };
    expect(await files.get(users.ann, upload.attachmentId)).toMatchObject(facts);
    expect(await files.get(users.ann, uploads[0].upload.attachmentId)).toMatchObject(facts);
    await files.tick();
    expect(onReady.mock.calls[0]?.[0]).toMatchObject(facts);
    // A client may repeat the start of an upload after the application has changed the tags.
    await files.annotate(users.ann, upload.attachmentId, { tags: [] });
    await ann.send("POST /invoice/42/uploads", { json, headers });
    expect(await files.get(users.ann, upload.attachmentId)).toMatchObject({ ...facts, tags: [] });
  });

  it("list and find return only the files with the requested tag and metadata", async () => {
    const { files } = await open(await createPlace(engine), { trashDays: 1 });
    const { asApplication } = files;
    const attach = (itemId: string, filename: string, facts: object) =>
      asApplication.attach({ resource: "invoice", itemId }, { filename, body, ...facts });
    const a = await attach("42", "a.txt", { tags: ["signed", "signed"], metadata: { year: 2026, nested: { x: 1 } } });
    await attach("42", "b.txt", { tags: ["signed"], metadata: { year: "2026" } });
    await attach("7", "c.txt", { tags: ["signed"], metadata: { year: 2026, __proto: null } });
    await attach("7", "d.txt", {});
    expect(a).toMatchObject({ tags: ["signed"], metadata: { year: 2026, nested: { x: 1 } } });
    expect(names(await asApplication.list(invoice, { tag: "signed" }))).toEqual(["a.txt", "b.txt"]);
    expect(names(await asApplication.list(invoice, { tag: "Signed" }))).toEqual([]);
    expect(names(await asApplication.list(invoice, { metadata: { year: 2026 } }))).toEqual(["a.txt"]);
    const first = await asApplication.find("invoice", { tag: "signed", limit: 2 });
    const rest = await asApplication.find("invoice", { tag: "signed", limit: 2, cursor: first.nextCursor });
    expect([first, rest].map(names)).toEqual([["a.txt", "b.txt"], ["c.txt"]]);
    const both = { tag: "signed", metadata: { year: 2026 } };
    const found = await asApplication.find("invoice", both);
    expect(found.files.map(({ itemId, filename }) => [itemId, filename])).toEqual([
      ["42", "a.txt"],
      ["7", "c.txt"],
    ]);
    expect(names(await files.find(users.ann, "invoice", both))).toEqual(["a.txt"]);
    await asApplication.annotate(a.id, { tags: ["paid"] });
    const moved = await asApplication.move(a.id, { resource: "invoice", itemId: "8" });
    expect(moved).toMatchObject({ tags: ["paid"], metadata: { year: 2026 } });
    expect(names(await asApplication.list({ resource: "invoice", itemId: "8" }, { tag: "paid" }))).toEqual(["a.txt"]);
    expect(names(await asApplication.list(invoice, { tag: "paid" }))).toEqual([]);
    expect(names(await asApplication.find("invoice", { tag: "paid" }))).toEqual(["a.txt"]);
  });

  it("adopt stores a file with the tags that `validate` returns, or stores nothing", async () => {
    const place = await createPlace(engine);
    const onReady = vi.fn<Hook>();
    const rules = { may: () => true, validate: () => ({ tags: ["old"] }), onReady };
    const options = { background: false, adoptPrefixes: ["legacy/"], resources: { invoice: rules } };
    const { files, bucket } = await open(place, options);
    const key = "legacy/a.txt";
    await bucket.s3.send(new PutObjectCommand({ Bucket: "files", Key: key, Body: body, ContentType: "text/plain" }));
    const db = await openAt(locationOf(place));
    await sql`alter table file_terms rename to broken_terms`.execute(db.kysely);
    for (const copy of [true, false]) await expect(files.adopt(users.ann, invoice, { key, copy })).rejects.toThrow();
    await sql`alter table broken_terms rename to file_terms`.execute(db.kysely);
    await db.close();
    expect((await files.list(users.ann, invoice)).files).toEqual([]);
    expect(await files.adopt(users.ann, invoice, { key })).toMatchObject({ tags: ["old"] });
    expect(names(await files.list(users.ann, invoice, { tag: "old" }))).toEqual(["a.txt"]);
    await files.tick();
    expect(onReady.mock.calls.map(([file]) => file.tags)).toEqual([["old"]]);
  });

  it("find and its cursors name only files of items that the user may read", async () => {
    const { files } = await open(await createPlace(engine), {
      resources: { invoice: { may: (user: TestUser, _action, itemId) => user.id === "ann" && itemId === "42" } },
    });
    const stored = { a: "7", b: "42", c: "7", d: "7", e: "42", f: "7" };
    for (const [filename, itemId] of Object.entries(stored)) {
      await files.asApplication.attach({ resource: "invoice", itemId }, { filename, body, tags: ["signed"] });
    }
    const find = (user: TestUser, cursor?: string) => files.find(user, "invoice", { tag: "signed", limit: 1, cursor });
    expect(await find(users.cleo)).toEqual({ files: [], nextCursor: undefined });
    const first = await find(users.ann);
    const last = await find(users.ann, first.nextCursor);
    expect([first, last].map(names)).toEqual([["b"], ["e"]]);
    expect(Buffer.from(String(first.nextCursor), "base64url").toString()).toContain(first.files[0]?.id);
    expect(last.nextCursor).toBeUndefined();
  });

  it("each call of find reads a limited number of files", async () => {
    const place = await createPlace(engine);
    let questions = 0;
    const mayMany = (_user: TestUser, _action: unknown, ids: readonly string[]) => {
      questions += 1;
      return ids.filter((id) => id === "42");
    };
    const { files } = await open(place, { resources: { invoice: { may: () => false, mayMany } } });
    const attach = (itemId: string, filename: string, tags: string[]) =>
      files.asApplication.attach({ resource: "invoice", itemId }, { filename, body, tags });
    const refused = await attach("7", "refused", ["signed"]);
    const db = await openAt(locationOf(place));
    const row = await db.kysely
      .selectFrom("attachments")
      .selectAll()
      .where("id", "=", refused.id)
      .executeTakeFirstOrThrow();
    const terms = await db.kysely
      .selectFrom("file_terms")
      .selectAll()
      .where("attachment_id", "=", refused.id)
      .execute();
    for (let chunk = 0; chunk < 25; chunk += 1) {
      const start = row.created_at + 1 + chunk;
      const ids = Array.from(
        { length: 100 },
        (_, nth) => `${firstIdAt(start)}-7000-8000-${String(nth).padStart(12, "0")}`,
      );
      await db.kysely
        .insertInto("attachments")
        .values(ids.map((id) => ({ ...row, id, object_key: id })))
        .execute();
      const copied = ids.flatMap((attachment_id) => terms.map((term) => ({ ...term, attachment_id })));
      await db.kysely.insertInto("file_terms").values(copied).execute();
    }
    await db.close();
    await attach("42", "last", ["signed", "paid"]);
    const found: string[] = [];
    let cursor: string | undefined;
    let calls = 0;
    do {
      const page = await files.find(users.ann, "invoice", { tag: "signed", limit: 1, cursor });
      found.push(...names(page));
      cursor = page.nextCursor;
      calls += 1;
      expect(questions).toBeLessThanOrEqual(10 * calls);
    } while (cursor !== undefined);
    expect([found, calls]).toEqual([["last"], 2]);
    expect(names(await files.asApplication.find("invoice", { tag: "paid" }))).toEqual(["last"]);
  });

  it("only users who may add files can change the tags and metadata of a file", async () => {
    const { files } = await open(await createPlace(engine));
    const { id } = await files.attach(users.ann, invoice, { filename: "a.txt", body });
    const facts = { tags: ["mine"] };
    await expect(files.annotate(users.cleo, id, facts)).rejects.toMatchObject({ code: "access_denied" });
    await expect(files.annotate(users.ann, `f${id.slice(1)}`, facts)).rejects.toMatchObject({
      code: "attachment_not_found",
    });
    await expect(files.annotate(users.ann, id, {})).rejects.toBeInstanceOf(TypeError);
    await expect(files.find(users.ann, "invoice", {})).rejects.toBeInstanceOf(TypeError);
    expect(await files.annotate(users.ann, id, { metadata: { odd: "\u0000 '\ud800" } })).toMatchObject({ tags: [] });
    const stored = await files.list(users.ann, invoice, { metadata: { odd: "\u0000 '\ud800" } });
    expect(stored.files).toMatchObject([{ metadata: { odd: "\u0000 '\ud800" } }]);
  });
});

describe("the check of tags and metadata", () => {
  const deep = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
  const circle: { self?: object } = {};
  circle.self = circle;

  it.each([
    ["a tag of 1 MB", { tags: ["x".repeat(1_000_000)] }],
    ["an empty tag", { tags: [""] }],
    ["a tag with NUL", { tags: ["a\u0000"] }],
    ["a tag with half of a surrogate pair", { tags: ["\ud800"] }],
    ["a tag that is a number", { tags: [1] }],
    ["21 tags", { tags: Array.from({ length: 21 }, (_, nth) => `${nth}`) }],
    ["a text as tags", { tags: "signed" }],
    ["metadata of 1 MB", { metadata: { a: "x".repeat(1_000_000) } }],
    ["metadata with __proto__", { metadata: JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}') }],
    ["metadata with a circle", { metadata: circle }],
    ["metadata with a bigint", { metadata: { a: 1n } }],
    ["metadata with 2,000 levels", { metadata: deep(2_000) }],
    ["metadata with 33 members", { metadata: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [n, n])) }],
    ["an array as metadata", { metadata: [1] }],
    ["a map as metadata", { metadata: new Map([["a", 1]]) }],
    ["null as metadata", { metadata: null }],
    ["an array of tags with a hole", { tags: new Array(1) }],
    ["metadata with NaN", { metadata: { a: { b: Number.NaN } } }],
    ["metadata with Infinity", { metadata: { a: Number.POSITIVE_INFINITY } }],
    ["metadata with a hole in an array", { metadata: { a: new Array(1) } }],
    ["metadata with undefined in an array", { metadata: { a: [undefined] } }],
    ["metadata with a function", { metadata: { a: () => 1 } }],
    ["metadata that becomes a text", { metadata: { toJSON: () => "text" } }],
    ["metadata that becomes a list", { metadata: { toJSON: () => [1] } }],
    ["metadata that becomes null", { metadata: { toJSON: () => null } }],
    ["an unknown member", { tags: [], labels: [] }],
    ["nothing", {}],
  ])("the check of tags and metadata refuses %s with a TypeError", (_, given: unknown) => {
    expect(() => checkAnnotations(given as never)).toThrow(TypeError);
  });

  it.each([
    ["the member tags", { tags: ["signed"] }],
    ["a text as filter", "signed"],
    ["undefined as value", { metadata: { v: undefined } }],
    ["NaN as value", { metadata: { v: Number.NaN } }],
    ["Infinity as value", { metadata: { v: Number.POSITIVE_INFINITY } }],
    ["null as tag", { tag: null }],
    ["null as metadata", { metadata: null }],
  ])("find refuses a wrong filter with a TypeError (%s)", (_, filter: unknown) => {
    expect(() => termsOfFilter(filter as never)).toThrow(TypeError);
  });

  it("find refuses a filter with a nested metadata value", () => {
    expect(() => termsOfFilter({ metadata: { a: { b: 1 } as never } })).toThrow("a is none of them");
  });
});
