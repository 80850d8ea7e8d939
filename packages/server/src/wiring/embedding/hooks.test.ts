import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { DownloadHook, Hook, Resource } from "../../index.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { createPlace, mayInvoice, open, users } from "./testing/embedding.ts";
import { startEmbeddingChild } from "./testing/start-child.ts";

const PDF = { filename: "invoice.pdf", contentType: "application/pdf" };
const LEASE_MS = 120_000;
const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };

describe.each(engines)("the hooks of an embedding on $name", (engine) => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
  const withHooks = (hooks: Pick<Resource, "onReady" | "onRejected" | "onRemoved" | "onDownload">) => ({
    invoice: { may: mayInvoice, ...hooks },
  });

  it("the hook onReady receives a verified file", async () => {
    const { promise: called, resolve } = Promise.withResolvers<Parameters<Hook>>();
    const onReady: Hook = (...args) => resolve(args);
    const { as } = await open(await createPlace(engine), { resources: withHooks({ onReady }) });
    const { id } = (await as("ann").upload("/invoice/42")).body;
    const [file, itemId, delivery] = await called;
    expect(itemId).toBe("42");
    expect(file).toMatchObject({ id, resource: "invoice", itemId: "42", state: "ready", createdBy: "ann" });
    expect(file.createdAt).toBeInstanceOf(Date);
    expect(JSON.stringify(file)).not.toContain("objectKey");
    expect(delivery).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), attempt: 1 });
  });

  it("the hook onRejected receives a rejected file with the reason", async () => {
    const onReady = vi.fn<Hook>();
    const onRejected = vi.fn<Hook>();
    const options = { background: false, resources: withHooks({ onReady, onRejected }) };
    const { files, as } = await open(await createPlace(engine), options);
    const refused = await as("ann").upload("/invoice/42", PDF);
    expect(refused).toMatchObject({ status: 422, body: { code: "upload_rejected" } });
    await files.tick();
    expect(onReady).not.toHaveBeenCalled();
    expect(onRejected.mock.calls).toMatchObject([
      [{ state: "rejected", reason: refused.body.detail, rejection: refused.body.rejection }, "42", { attempt: 1 }],
    ]);
  });

  it("a failed hook is called again with the same id, after longer and longer pauses", async () => {
    const onReady = vi.fn<Hook>().mockRejectedValueOnce(new Error("down")).mockRejectedValueOnce(new Error("down"));
    const options = { background: false, resources: withHooks({ onReady }) };
    const { files, as, log } = await open(await createPlace(engine), options);
    await as("ann").upload("/invoice/42");
    await files.tick();
    await files.tick();
    expect(onReady).toHaveBeenCalledTimes(1);
    expect(log()).toContain("A hook failed");
    pass(1_001);
    await files.tick();
    pass(1_001);
    await files.tick();
    expect(onReady).toHaveBeenCalledTimes(2);
    pass(1_000);
    await files.tick();
    await files.tick();
    expect(onReady).toHaveBeenCalledTimes(3);
    const ids = onReady.mock.calls.map(([, , { id }]) => id);
    expect(new Set(ids).size).toBe(1);
    expect(onReady.mock.calls.map(([, , { attempt }]) => attempt)).toEqual([1, 2, 3]);
  });

  it("a failing hook does not delay another hook", async () => {
    const onReady = vi.fn<Hook>(({ filename }) => {
      if (filename === "bad.txt") throw new Error("bad");
    });
    const options = { background: false, resources: withHooks({ onReady }) };
    const { files, as } = await open(await createPlace(engine), options);
    await as("ann").upload("/invoice/42", { filename: "bad.txt" });
    await as("ann").upload("/invoice/42", { filename: "good.txt" });
    await files.tick();
    expect(onReady.mock.calls.map(([{ filename }]) => filename).sort()).toEqual(["bad.txt", "good.txt"]);
  });

  // After a minute, a hook that hangs counts as failed.
  it("hooks that never end do not stop the hooks of another resource", { timeout: 55_000 }, async () => {
    const hanging = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    const onReady = vi.fn<Hook>(() => hanging.promise);
    const other: Resource = { may: () => true, onReady: () => ready.resolve() };
    const resources = { ...withHooks({ onReady }), other };
    const { as } = await open(await createPlace(engine), { resources });
    onTestFinished(() => hanging.resolve());
    // One more file than the maximum number of parallel hooks of one resource.
    for (let count = 0; count < 11; count += 1) await as("ann").upload("/invoice/42");
    await as("ann").upload("/other/42");
    await ready.promise;
    expect(onReady).toHaveBeenCalledTimes(10);
    hanging.resolve();
    await vi.waitFor(() => expect(onReady).toHaveBeenCalledTimes(11));
  });

  it("the call close waits for running hooks, and a later process runs the other hooks", async () => {
    const place = await createPlace(engine);
    const first = await open(place, { background: false });
    // Two more files than the maximum number of parallel hooks of one resource.
    for (let count = 0; count < 12; count += 1) await first.as("ann").upload("/invoice/42");
    await first.close();
    const called = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<void>();
    const before = vi.fn<Hook>(() => {
      called.resolve();
      return finished.promise;
    });
    const second = await open(place, { resources: withHooks({ onReady: before }) });
    await called.promise;
    const closing = second.close();
    finished.resolve();
    await closing;
    const after = vi.fn<Hook>();
    const { files } = await open(place, { background: false, resources: withHooks({ onReady: after }) });
    await files.tick();
    expect([before.mock.calls.length, after.mock.calls.length]).toEqual([10, 2]);
  });

  it("the hook onReady receives a file even if the file was removed in the meantime", async () => {
    const onReady = vi.fn<Hook>();
    const options = { background: false, resources: withHooks({ onReady }) };
    const { files, as } = await open(await createPlace(engine), options);
    const { id } = (await as("ann").upload("/invoice/42")).body;
    await files.asApplication.remove(id);
    await files.tick();
    expect(onReady.mock.calls).toMatchObject([[{ id }, "42", { attempt: 1 }]]);
  });

  it("the hook onRemoved receives each ready file once after its removal", async () => {
    const onRemoved = vi.fn<Hook>();
    const options = { background: false, resources: withHooks({ onRemoved }) };
    const { files, as } = await open(await createPlace(engine), options);
    const ann = as("ann");
    const first = (await ann.upload("/invoice/42")).body.id;
    const second = (await ann.upload("/invoice/42")).body.id;
    await ann.upload("/invoice/42", PDF);
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json: declared })).body;
    await ann.send(`DELETE /files/${first}`);
    await files.asApplication.remove(second);
    await files.asApplication.remove(upload.attachmentId);
    for (const rejected of (await files.asApplication.list({ resource: "invoice", itemId: "42" })).files)
      await files.asApplication.remove(rejected.id);
    await files.tick();
    await files.tick();
    expect(onRemoved.mock.calls.map(([{ id, state }, itemId]) => [id, state, itemId]).sort()).toEqual(
      [first, second].map((id) => [id, "ready", "42"]).sort(),
    );
  });

  it("the hook onRemoved of a file waits until the hook onReady of the file has run", async () => {
    const calls: string[] = [];
    const onReady = vi.fn<Hook>(() => void calls.push("ready")).mockRejectedValueOnce(new Error("down"));
    const onRemoved = () => void calls.push("removed");
    const options = { background: false, resources: withHooks({ onReady, onRemoved }) };
    const { files, as } = await open(await createPlace(engine), options);
    await files.asApplication.remove((await as("ann").upload("/invoice/42")).body.id);
    await files.tick();
    expect(calls).toEqual([]);
    pass(1_001);
    await files.tick();
    expect(calls).toEqual(["ready", "removed"]);
  });

  it("the hook onDownload receives each issued URL, except URLs of previews", async () => {
    const place = await createPlace(engine);
    const before = await open(place, { background: false });
    const ids: string[] = [];
    for (const filename of ["a.txt", "b.txt"]) {
      ids.push((await before.as("ann").upload("/invoice/42", { filename })).body.id);
    }
    await before.files.issueUrl(users.ann, ids[0] as string);
    await before.close();
    pass(60_000);
    const onDownload = vi.fn<DownloadHook>().mockRejectedValueOnce(new Error("down"));
    const { files, as } = await open(place, { background: false, resources: withHooks({ onDownload }) });
    pass(1);
    const at = new Date();
    await as("ann").send(`GET /files/${ids[0]}/url?disposition=inline`);
    await as("cleo").send("POST /files/urls", { json: { fileIds: ids } });
    await as("ben").send(`GET /files/${ids[0]}/url`);
    await files.tick();
    expect(onDownload).not.toHaveBeenCalled();
    pass(31_000);
    await files.tick();
    pass(2_000);
    await files.tick();
    await files.tick();
    expect(onDownload).toHaveBeenCalledTimes(4);
    const calls = onDownload.mock.calls.map(([{ id }, , { userId, purpose }]) => `${id} ${userId} ${purpose}`);
    expect(new Set(calls)).toEqual(
      new Set([`${ids[0]} ann view`, `${ids[0]} cleo download`, `${ids[1]} cleo download`]),
    );
    for (const [, itemId, delivery] of onDownload.mock.calls) expect([itemId, delivery.at]).toEqual(["42", at]);
  });

  it("requirement 41: the hooks of removed files and issued URLs run even after kill -9", async () => {
    const place = await createPlace(engine);
    const first = await open(place, { background: false, resources: withHooks({ onDownload: () => undefined }) });
    await first.close();
    const child = startEmbeddingChild("remove-until-killed", place);
    const [line] = await once(child.lines, "line");
    await child.kill();
    const { downloaded, removed } = JSON.parse(line);
    const [onRemoved, onDownload] = [vi.fn<Hook>(), vi.fn<DownloadHook>()];
    const { files } = await open(place, { background: false, resources: withHooks({ onRemoved, onDownload }) });
    // The clock of the child process was ahead of the stopped clock of this test, so the test adds a minute.
    pass(60_000);
    await files.tick();
    await files.tick();
    expect(onRemoved.mock.calls).toMatchObject([[{ id: removed }, "42", { attempt: 1 }]]);
    expect(onDownload.mock.calls).toMatchObject([[{ id: downloaded }, "42", { userId: "ann", purpose: "download" }]]);
  });

  it("a hook is called again if kill -9 ended the process during the hook", async () => {
    const place = await createPlace(engine);
    const first = await open(place, { background: false });
    const { id } = (await first.as("ann").upload("/invoice/42")).body;
    await first.close();
    const child = startEmbeddingChild("hook-until-killed", place);
    const [line] = await once(child.lines, "line");
    await child.kill();
    const killed = JSON.parse(line);
    expect(killed).toMatchObject({ fileId: id, attempt: 1 });
    const onReady = vi.fn<Hook>();
    const { files } = await open(place, { background: false, resources: withHooks({ onReady }) });
    await files.tick();
    expect(onReady).not.toHaveBeenCalled();
    // The clock of the child process was ahead of the stopped clock of this test, so the test adds a minute.
    pass(LEASE_MS + 60_000);
    await files.tick();
    expect(onReady.mock.calls).toMatchObject([[{ id }, "42", { id: killed.id, attempt: 2 }]]);
  });
});
