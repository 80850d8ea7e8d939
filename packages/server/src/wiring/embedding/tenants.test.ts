import { once } from "node:events";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it, vi } from "vitest";
import { ownerOfTenant } from "../../features/access/caller.ts";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { usageQueries } from "../../features/usage/queries.ts";
import { createValetKey, type ValetKeyOptions } from "../../index.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { createValetKeyAt } from "./create-valet-key.ts";
import { codeOfDocs } from "./testing/code-of-docs.ts";
import { drawer } from "./testing/drawer.ts";
import { createPlace, locationOf, open, optionsAt, type Place, type TestUser, users } from "./testing/embedding.ts";
import { sharing, visitorOf } from "./testing/sharing.ts";
import { startEmbeddingChild } from "./testing/start-child.ts";

const { ann } = users;
const text = (filename = "a.txt") => ({ filename, body: Buffer.from("the invoice") });
const BYTES = 11;
/** The item `acme-1` belongs to the tenant `acme`. */
const invoice = (itemId: string) => ({ resource: "invoice", itemId });
const options = {
  resources: { invoice: { may: () => true } },
  place: ({ itemId }) => ({ tenant: itemId.split("-")[0] as string }),
} satisfies Partial<ValetKeyOptions<TestUser>>;

/** Returns how much the stored usage of a tenant differs from the rows of the database. */
async function driftOf(place: Place, tenant: string) {
  const db = await openAt(locationOf(place));
  try {
    return await usageQueries(db).findDrift(ownerOfTenant(tenant));
  } finally {
    await db.close();
  }
}

const exceeded = { code: "quota_exceeded" };
const full = { status: 413, body: exceeded };

describe.each(engines)("tenants on $name", (engine) => {
  it.each([
    ["issueUrl", "read"],
    ["get", "read"],
    ["remove", "remove"],
  ] as const)("the call %s finds a file that moves to another item during the check", async (call, action) => {
    const asked: string[] = [];
    const may = async (user: TestUser, wanted: string, itemId: string) => {
      asked.push(`${user.id} ${wanted} ${itemId}`);
      // The file moves during the first call of `may` for the former item.
      if (itemId === "acme-1" && asked.length === 1) await files.asApplication.move(id, invoice("acme-2"));
      return itemId === "acme-1" || user.id === "ann";
    };
    const { files } = await open(await createPlace(engine), { ...options, resources: { invoice: { may } } });
    const { id } = await files.asApplication.attach(invoice("acme-1"), text());
    await files[call](ann, id);
    expect(asked).toEqual([`ann ${action} acme-1`, `ann ${action} acme-2`]);
    asked.length = 0;
    const { id: other } = await files.asApplication.attach(invoice("acme-2"), text());
    await expect(files[call](users.ben, other)).rejects.toMatchObject({ code: "access_denied" });
    expect(asked).toEqual([`ben ${action} acme-2`]);
  });

  it.each(["copy", "move"] as const)(
    "the call %s reports a file that meanwhile moved, and not a missing right",
    async (call) => {
      let checks = 0;
      const may = async (_user: TestUser, action: string, itemId: string) => {
        // The second check of the target runs after the bucket has copied the bytes.
        if (action === "add" && itemId === "beta-1" && ++checks === 2) {
          await files.asApplication.move(id, invoice("acme-2"));
        }
        return true;
      };
      const { files } = await open(await createPlace(engine), { ...options, resources: { invoice: { may } } });
      const { id } = await files.asApplication.attach(invoice("acme-1"), text());
      await expect(files[call](ann, id, invoice("beta-1"))).rejects.toMatchObject({ code: "object_not_found" });
    },
  );

  it("the folder, list, usage and removal of a tenant do not affect other tenants", async () => {
    const place = await createPlace(engine);
    const { files, as, bucket } = await open(place, { ...options, background: false });
    const server = files.asApplication;
    const uploaded = (await as("ann").upload("/invoice/acme-1")).body.id;
    const { id: second } = await files.attach(ann, invoice("acme-2"), text());
    // Some names of tenants are also names of members of every object, and some names are the start of another name.
    for (const other of ["acm", "acme_", "acme-extra", "__proto__", "constructor"]) {
      await files.attach(ann, invoice(other.replace("-extra", "")), text());
    }
    const keys = await bucket.keys();
    expect(keys.filter((key) => /^valetkey-places\/tenants\/acme\/[0-9a-f]{44}$/.test(key))).toHaveLength(3);
    expect(keys.filter((key) => key.startsWith("valetkey-places/tenants/__proto__/"))).toHaveLength(1);
    const first = await server.listTenant("acme", { limit: 1 });
    const rest = await server.listTenant("acme", { cursor: first.nextCursor });
    expect(first.files).toMatchObject([{ id: uploaded, resource: "invoice", itemId: "acme-1" }]);
    expect(rest).toMatchObject({ files: [{ id: second, itemId: "acme-2" }, {}], nextCursor: undefined });
    expect(await server.tenantUsage("acme")).toEqual({ files: 3, bytes: 3 * BYTES });
    expect(await server.tenantUsage("nobody")).toEqual({ files: 0, bytes: 0 });
    expect(await server.removeTenant("acme")).toBe(3);
    await files.tick();
    expect(await server.listTenant("acme")).toEqual({ files: [], nextCursor: undefined });
    await expect(files.get(ann, second)).rejects.toMatchObject({ code: "attachment_not_found" });
    expect((await bucket.keys()).filter((key) => key.includes("/acme/"))).toEqual([]);
    for (const other of ["acm", "acme_", "__proto__", "constructor"]) {
      expect((await server.listTenant(other)).files).toHaveLength(1);
    }
    expect(await bucket.keys()).toHaveLength(4);
    // The item still belongs to its tenant.
    await files.attach(ann, invoice("acme-1"), text());
    expect((await server.listTenant("acme")).files).toHaveLength(1);
    expect(await driftOf(place, "acme")).toBeUndefined();
  });

  it("removeTenant deletes unfinished uploads, staged files and files in the trash", async () => {
    const place = await createPlace(engine);
    const { files, as, bucket } = await open(place, { ...options, background: false, trashDays: 30 });
    const item = invoice("acme-1");
    const { id: discarded } = await files.attach(ann, item, text());
    await files.remove(ann, discarded);
    const staged = await files.stage(ann, item, text());
    const json = { filename: "a.txt", contentType: "text/plain", sizeBytes: BYTES };
    const { upload } = (await as("ann").send("POST /invoice/acme-1/uploads", { json })).body;
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 3, bytes: 3 * BYTES });
    expect(await files.asApplication.removeTenant("acme")).toBe(3);
    await files.tick();
    expect(await bucket.keys()).toEqual([]);
    expect(await as("ann").send(`POST /uploads/${upload.id}/complete`)).toMatchObject({ status: 404 });
    await expect(files.attachStaged(staged)).rejects.toMatchObject({ code: "attachment_not_found" });
    await expect(files.restore(ann, discarded)).rejects.toMatchObject({ code: "attachment_not_found" });
    // A client can still send the bytes of the started upload, so this upload counts until its URL expires.
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 1, bytes: BYTES });
    expect(await driftOf(place, "acme")).toBeUndefined();
  });

  it("two processes can fill the quota of a tenant exactly, and never exceed it", async () => {
    const place = await createPlace(engine);
    const limited = { ...options, background: false, tenantQuotaBytes: async () => 8 * BYTES };
    const embeddings = [await open(place, limited), await open(place, limited)] as const;
    const [{ files }] = embeddings;
    const json = { ...{ filename: "a.txt", contentType: "text/plain" }, sizeBytes: BYTES };
    const calls = Array.from({ length: 24 }, async (_, nth) => {
      const { files, as } = embeddings[nth % 2] as (typeof embeddings)[0];
      const itemId = `acme-${nth % 5}`;
      if (nth % 3 === 0) return (await as("ann").send(`POST /invoice/${itemId}/uploads`, { json })).body.code;
      const call = nth % 3 === 1 ? files.attach : files.stage;
      return call(ann, invoice(itemId), text()).then(
        () => undefined,
        ({ code }) => code,
      );
    });
    const codes = await Promise.all(calls);
    // On a slow machine, the two processes can wait too long for each other on SQLite.
    const isExpected = (code: unknown) =>
      [undefined, "quota_exceeded", "database_unavailable"].includes(code as string);
    expect(codes.filter((code) => !isExpected(code))).toEqual([]);
    expect(codes).toContain("quota_exceeded");
    expect(codes.filter((code) => code === undefined).length).toBeLessThanOrEqual(8);
    for (let left = 8 - (await files.asApplication.tenantUsage("acme")).files; left > 0; left -= 1) {
      await files.attach(ann, invoice("acme-1"), text());
    }
    await expect(files.attach(ann, invoice("acme-1"), text())).rejects.toMatchObject(exceeded);
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 8, bytes: 8 * BYTES });
    expect(await driftOf(place, "acme")).toBeUndefined();
    // Another tenant has its own quota.
    await files.attach(ann, invoice("other-1"), text());
  });

  it("a late result of tenantQuotaBytes does not replace a newer result", async () => {
    const answers = [BYTES, 0].map(() => Promise.withResolvers<number>());
    const [older, newer] = answers as [(typeof answers)[0], (typeof answers)[0]];
    let asked = 0;
    const tenantQuotaBytes = () => answers[asked++]?.promise as Promise<number>;
    const { files } = await open(await createPlace(engine), { ...options, tenantQuotaBytes });
    const first = expect(files.attach(ann, invoice("acme-1"), text())).rejects.toMatchObject(exceeded);
    await vi.waitFor(() => expect(asked).toBe(1));
    const second = expect(files.attach(ann, invoice("acme-2"), text())).rejects.toMatchObject(exceeded);
    await vi.waitFor(() => expect(asked).toBe(2));
    newer.resolve(0);
    await second;
    older.resolve(BYTES);
    await first;
  });

  it("attach, stage, copy, move and adopt with copy fail if the tenant's quota is full", async () => {
    const place = await createPlace(engine);
    const quotas: Record<string, number> = { acme: BYTES, none: 0 };
    const { files, as, bucket } = await open(place, {
      ...options,
      background: false,
      trashDays: 30,
      adoptPrefixes: ["legacy/"],
      // This quota does not limit items of a tenant.
      itemQuotaBytes: 1,
      tenantQuotaBytes: (tenant) => quotas[tenant],
    });
    const { id } = await files.attach(ann, invoice("acme-1"), text());
    const { id: other } = await files.attach(ann, invoice("other-1"), text());
    const to = invoice("acme-2");
    await bucket.s3.send(new PutObjectCommand({ Bucket: "files", Key: "legacy/a.txt", Body: "text" }));
    const object = { key: "legacy/a.txt", contentType: "text/plain" };
    await expect(files.attach(ann, to, text())).rejects.toMatchObject(exceeded);
    await expect(files.stage(ann, to, text())).rejects.toMatchObject(exceeded);
    await expect(files.copy(ann, id, to)).rejects.toMatchObject(exceeded);
    await expect(files.move(ann, other, to)).rejects.toMatchObject(exceeded);
    await expect(files.adopt(ann, to, { ...object, copy: true })).rejects.toMatchObject(exceeded);
    const refused = await as("ann").upload("/invoice/acme-2");
    expect(refused).toMatchObject(full);
    expect(refused.body.detail).toContain(`The files of this tenant may have ${BYTES} bytes together.`);
    // A file in the trash counts too, so `restore` never exceeds the quota.
    await files.remove(ann, id);
    await expect(files.attach(ann, to, text())).rejects.toMatchObject(exceeded);
    await files.restore(ann, id);
    // An adopted object counts only if Valet Key has copied it.
    await files.adopt(ann, to, object);
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 1, bytes: BYTES });
    await expect(files.attach(ann, invoice("none-1"), { filename: "a", body: Buffer.of() })).rejects.toMatchObject(
      exceeded,
    );
    quotas.acme = 2 * BYTES;
    await files.attach(ann, to, text());
    expect(await driftOf(place, "acme")).toBeUndefined();
  });

  it("a move of a file to another tenant changes the usage of both tenants", async () => {
    const place = await createPlace(engine);
    const { files, bucket } = await open(place, { ...options, background: false, tenantQuotaBytes: BYTES });
    const server = files.asApplication;
    const usages = async () => [await server.tenantUsage("acme"), await server.tenantUsage("bolt")];
    const one = { files: 1, bytes: BYTES };
    const none = { files: 0, bytes: 0 };
    const { id } = await files.attach(ann, invoice("acme-1"), text());
    // A move between items of one tenant keeps the id and the object of the file.
    const [key] = await bucket.keys();
    expect(await files.move(ann, id, invoice("acme-2"))).toMatchObject({ id, itemId: "acme-2" });
    expect([await bucket.keys(), await usages()]).toEqual([[key], [one, none]]);
    const moved = await files.move(ann, id, invoice("bolt-1"));
    await files.tick();
    expect(await usages()).toEqual([none, one]);
    expect(await bucket.keys()).toEqual([expect.stringMatching(/^valetkey-places\/tenants\/bolt\//)]);
    const { url } = await files.issueUrl(ann, moved.id);
    expect(await (await fetch(url)).text()).toBe("the invoice");
    await files.copy(ann, moved.id, invoice("acme-1"));
    expect(await usages()).toEqual([one, one]);
    expect([await driftOf(place, "acme"), await driftOf(place, "bolt")]).toEqual([undefined, undefined]);
  });

  it("the files of visitors count in the quota of the tenant", async () => {
    const { files, bucket } = await open(await createPlace(engine), {
      ...{ ...sharing, place: options.place, tenantQuotaBytes: BYTES },
    });
    const { token } = await files.createFileRequest(ann, drawer("acme-1"));
    const visitor = visitorOf(files.fetch, token);
    expect(await visitor.sendFile("the invoice")).toMatchObject({ status: 200 });
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 1, bytes: BYTES });
    expect(await bucket.keys()).toEqual([expect.stringMatching(/^valetkey-places\/tenants\/acme\//)]);
    const refused = await visitor.sendFile("more");
    expect(refused).toMatchObject(full);
    expect(refused.body.detail).not.toContain(String(BYTES));
    expect(await files.asApplication.removeTenant("acme")).toBe(1);
  });

  it("listTenant and list omit the pending file of a visitor", async () => {
    const { files } = await open(await createPlace(engine), { ...sharing, place: options.place });
    const { token } = await files.createFileRequest(ann, drawer("acme-1"));
    expect(await visitorOf(files.fetch, token).start("the invoice")).toMatchObject({ status: 201 });
    expect((await files.list(ann, drawer("acme-1"))).files).toEqual([]);
    expect((await files.asApplication.listTenant("acme")).files).toEqual([]);
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 1, bytes: BYTES });
  });

  it("createLink and createFileRequest do not call tenantQuotaBytes", async () => {
    let isKnown = true;
    const { files } = await open(await createPlace(engine), {
      ...{ ...sharing, place: options.place },
      tenantQuotaBytes: () => {
        if (isKnown) return BYTES;
        throw new Error("no quota");
      },
    });
    await files.attach(ann, drawer("acme-1"), text());
    isKnown = false;
    await files.createLink(ann, drawer("acme-1"));
    const { token } = await files.createFileRequest(ann, drawer("acme-1"));
    expect(await visitorOf(files.fetch, token).start("more")).toMatchObject({ status: 500 });
  });

  it("removeTenant continues after kill -9, and deletes each file once", { timeout: 60_000 }, async () => {
    const place = await createPlace(engine);
    const first = await open(place, { ...options, background: false });
    await first.files.attach(ann, invoice("acme-1"), text());
    await first.files.attach(ann, invoice("bolt-1"), text());
    await first.close();
    const FILES = 300;
    const ownerId = ownerOfTenant("acme");
    const db = await openAt(locationOf(place));
    const notes = db.kysely.selectFrom("notes").select("id").where("tenant", "=", "acme");
    const note = sampleNote({ id: (await notes.executeTakeFirstOrThrow()).id, ownerId });
    await db.transaction(async (tx) => {
      for (let nth = 0; nth < FILES; nth += 1) await attachmentQueries(tx).insert(sampleAttachment(note));
    });
    const child = startEmbeddingChild("remove-tenant-until-killed", { ...place, tenant: "acme" });
    await once(child.lines, "line");
    await child.kill();
    const { files } = await open(place, { ...options, background: false });
    const { files: left } = await files.asApplication.tenantUsage("acme");
    expect(await files.asApplication.removeTenant("acme")).toBe(left);
    expect(await files.asApplication.tenantUsage("acme")).toEqual({ files: 0, bytes: 0 });
    expect(await usageQueries(db).findDrift(ownerId)).toBeUndefined();
    const events = db.kysely.selectFrom("audit_events").select("id").where("owner_id", "=", ownerId);
    const deletions = await events.where("action", "=", "attachment.deleted").execute();
    expect(deletions).toHaveLength(FILES + 1);
    expect((await files.asApplication.listTenant("bolt")).files).toHaveLength(1);
    await db.close();
  });

  it("attach, stage, copy and move during removeTenant fail, and leave no file", async () => {
    let gate = Promise.withResolvers<void>();
    let waiting = 0;
    const pause = () => {
      waiting += 1;
      return gate.promise;
    };
    const asked = new Map<string, number>();
    const may = (_user: unknown, action: string, itemId: string) => {
      if (action !== "add" || !/-(copy|move)$/.test(itemId)) return true;
      const nth = (asked.get(itemId) ?? 0) + 1;
      asked.set(itemId, nth);
      // The second call of `may` comes after the bucket has copied the bytes.
      return nth === 1 || pause().then(() => true);
    };
    async function* body() {
      yield Buffer.from("the ");
      await pause();
      yield Buffer.from("invoice");
    }
    const quotas: Record<string, number> = { acme: 10_000, bolt: 10_000 };
    const place = await createPlace(engine);
    const { files, bucket } = await open(place, {
      ...{ ...options, resources: { invoice: { may } }, background: false },
      tenantQuotaBytes: (tenant) => quotas[tenant],
    });
    const server = files.asApplication;
    const { id } = await files.attach(ann, invoice("other-1"), text());
    // The quota of `acme` becomes 0. The quota of `bolt` stays the same, and `core` has no quota.
    for (const tenant of ["acme", "bolt", "core"]) {
      const item = invoice(`${tenant}-1`);
      await files.attach(ann, item, text());
      [gate, waiting] = [Promise.withResolvers<void>(), 0];
      const calls = Promise.allSettled([
        files.attach(ann, item, { filename: "a.txt", body: body() }),
        files.stage(ann, item, { filename: "a.txt", body: body() }),
        files.copy(ann, id, invoice(`${tenant}-copy`)),
        files.move(ann, id, invoice(`${tenant}-move`)),
      ]);
      await vi.waitFor(() => expect(waiting).toBe(4), 10_000);
      if (tenant === "acme") quotas.acme = 0;
      expect(await server.removeTenant(tenant)).toBe(1);
      if (tenant === "acme") await expect(files.attach(ann, item, text())).rejects.toMatchObject(exceeded);
      gate.resolve();
      expect(await calls).toEqual(Array(4).fill({ status: "rejected", reason: expect.objectContaining(exceeded) }));
      await files.tick();
      expect(await server.listTenant(tenant)).toEqual({ files: [], nextCursor: undefined });
      expect(await server.tenantUsage(tenant)).toEqual({ files: 0, bytes: 0 });
      expect((await bucket.keys()).filter((key) => key.includes(`/${tenant}/`))).toEqual([]);
      expect(await driftOf(place, tenant)).toBeUndefined();
      expect(await files.get(ann, id)).toMatchObject({ itemId: "other-1", state: "ready" });
    }
    // The start of the next upload stores the quota again.
    for (const tenant of ["bolt", "core"]) await files.attach(ann, invoice(`${tenant}-1`), text());
  });

  it("removeTenant keeps a file whose upload starts during the call", async () => {
    const place = await createPlace(engine);
    const { files } = await open(place, { ...options, background: false });
    await files.attach(ann, invoice("acme-1"), text());
    // The clock of the second process is a minute ahead, so its file is newer than the call of `removeTenant`.
    const ahead = await createValetKeyAt(optionsAt(place, { ...options, background: false }), {
      clock: () => Date.now() + 60_000,
    });
    const { id } = await ahead.attach(ann, invoice("acme-1"), text());
    expect(await files.asApplication.removeTenant("acme")).toBe(1);
    expect((await files.asApplication.listTenant("acme")).files).toMatchObject([{ id }]);
    await ahead.close();
  });

  it("an item keeps its first tenant if `place` later returns another tenant", async () => {
    const place = await createPlace(engine);
    const tenants = ["acme", "bolt", "core", "dune"];
    const { files } = await open(place, { ...options, place: () => ({ tenant: tenants.pop() as string }) });
    await Promise.all([1, 2, 3].map((nth) => files.attach(ann, invoice("1"), text(`${nth}.txt`))));
    await files.attach(ann, invoice("1"), text("4.txt"));
    const counts = await Promise.all(
      ["acme", "bolt", "core", "dune"].map(async (tenant) => (await files.asApplication.tenantUsage(tenant)).files),
    );
    expect(counts.sort()).toEqual([0, 0, 0, 4]);
  });
});

describe("the results of `place` and tenantQuotaBytes", () => {
  it("an upload fails and stores nothing if `place` returns a wrong tenant or folder", async () => {
    const wrong: unknown[] = [
      ...["", "x".repeat(65), 7, "a/b", "ä", "acme\n", null, ["acme"]].map((tenant) => ({ tenant })),
      ...["../bolt", "", "x".repeat(190), 7].map((folder) => ({ tenant: "acme", folder })),
      ...[{}, [], { tenant: "acme", foldr: "a" }, { folder: "a" }],
    ];
    let answer: unknown;
    const { files, bucket } = await open(await createPlace(sqlite), { ...options, place: () => answer as never });
    for (answer of wrong) {
      await expect(files.attach(ann, invoice("1"), text())).rejects.toThrow("place() must return");
    }
    expect(await bucket.keys()).toEqual([]);
  });

  it("an upload fails if tenantQuotaBytes returns no number or throws", async () => {
    const answers: unknown[] = [-1, 1.5, Number.NaN, "1 GB", null, 10n];
    const tenantQuotaBytes = () => {
      if (answers.length === 0) throw new Error("no quota");
      return answers.pop() as number;
    };
    const { files, bucket } = await open(await createPlace(sqlite), { ...options, tenantQuotaBytes });
    for (const _ of [...answers]) {
      await expect(files.attach(ann, invoice("acme-1"), text())).rejects.toThrow("tenantQuotaBytes() must return");
    }
    await expect(files.attach(ann, invoice("acme-1"), text())).rejects.toThrow("no quota");
    expect(await bucket.keys()).toEqual([]);
  });

  it("the folder of an item is below the folder of its tenant", async () => {
    const { files, bucket } = await open(await createPlace(sqlite), {
      ...options,
      place: () => ({ tenant: "acme", folder: "invoices/2026" }),
    });
    await files.attach(ann, invoice("1"), text());
    expect(await bucket.keys()).toEqual([expect.stringMatching(/^valetkey-places\/tenants\/acme\/invoices\/2026\//)]);
  });

  it("the calls about tenants throw TypeError for a wrong name", async () => {
    const { files } = await open(await createPlace(sqlite), options);
    const { listTenant, tenantUsage, removeTenant } = files.asApplication;
    for (const name of ["", "x".repeat(65), 7, null, undefined, "a/b", {}, "*", "acme%"] as string[]) {
      for (const call of [listTenant, tenantUsage, removeTenant]) {
        await expect(call(name)).rejects.toThrow(new TypeError(MESSAGE));
      }
    }
    expect(["listTenant", "tenantUsage", "removeTenant"].filter((name) => name in files)).toEqual([]);
  });

  it("the calls about tenants in docs/embedding.md work in the documented order", async () => {
    const { database, server } = await createPlace(sqlite);
    const { place, tenantQuotaBytes, ...given } = optionsAt({ database, server }, options);
    const code = await codeOfDocs("removeTenant");
    const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
    const names = ["createValetKey", "options", "tenantOfInvoice", "quotaOfPlan", "user"];
    const run = new AsyncFunction(...names, `${code}\nreturn { files, ofAcme, usage, removed };`);
    const results = await run(
      createValetKey,
      given,
      async () => "acme",
      () => 100,
      ann,
    );
    expect(results).toMatchObject({ ofAcme: [{ itemId: "42" }], usage: { files: 1, bytes: BYTES }, removed: 1 });
    await results.files.close();
  });
});

const MESSAGE = "tenant must be a text of 1 to 64 letters, digits, - and _, as place() returned it.";
