import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ItemFile, NewFileRequest } from "../../index.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { openTestFiles } from "../../testing.ts";
import type { Answer } from "./testing/client.ts";
import { drawer } from "./testing/drawer.ts";
import { type TestUser, useEmbedding, users } from "./testing/embedding.ts";
import { links, put, sharing, visitorOf, withdrawn } from "./testing/sharing.ts";

const { ann, ben, cleo } = users;
const denied = { code: "access_denied" };
const gone = { code: "attachment_not_found" };
const reviewed = { code: "attachment_not_ready" };
const passport = { id: "passport", name: "Passport", accept: ["image/png", "text/plain"], maxBytes: 10 };
const slots = [passport, { id: "payslip", name: "Payslip" }];

describe.each(engines)("the slots of an embedding's file request on $name", (engine) => {
  const embedding = useEmbedding(engine, sharing);
  const request = (itemId: string, settings: NewFileRequest) =>
    embedding.files.createFileRequest(ann, drawer(itemId), settings);

  it("each slot of a file request gets one file", async () => {
    const made = await request("slots", { slots });
    expect(made).toMatchObject({ maxFiles: 2, review: false, slots: [{ ...passport, isFilled: false }, {}] });
    const visitor = visitorOf(embedding.files.fetch, made.token);
    const codeOf = async (file: object, text = "hello") => (await visitor.sendFile(text, file)).body.code;
    expect(await codeOf({})).toBe("invalid_request");
    expect(await codeOf({ slotId: "photo" })).toBe("invalid_request");
    expect(await codeOf({ slotId: "passport", contentType: "application/pdf" })).toBe("kind_not_accepted");
    expect(await codeOf({ slotId: "passport" }, "more than 10")).toBe("file_too_large");
    const { body: sent } = await visitor.sendFile("hello", { slotId: "passport" });
    expect(sent).toMatchObject({ state: "ready", slotId: "passport" });
    expect(await codeOf({ slotId: "passport" })).toBe("request_full");
    const { body } = await visitor.look();
    expect(body.request.slots).toMatchObject([{ name: "Passport", isFilled: true }, { isFilled: false }]);
    const list = async () => (await embedding.files.listFileRequests(ann, drawer("slots"))).fileRequests;
    expect(await list()).toMatchObject([{ slots: [{ isFilled: true }, { isFilled: false }], received: { files: 1 } }]);
    await visitor.send(`DELETE /uploads/${sent.uploadId}`);
    expect(await list()).toMatchObject([{ slots: [{ isFilled: false }, { isFilled: false }] }]);
  });
});

describe.each(engines)("the review of an embedding's file request on $name", (engine) => {
  const embedding = useEmbedding(engine, sharing);

  async function sendTo(itemId: string, { creator = ann }: { creator?: TestUser } = {}) {
    const { id, token } = await embedding.files.createFileRequest(creator, drawer(itemId), { review: true });
    const visitor = visitorOf(embedding.files.fetch, token);
    const { body: sent } = await visitor.sendFile("hello", { visitorName: "Maria" });
    expect(sent.state).toBe("quarantined");
    const { files } = await embedding.files.asApplication.listUnreviewed(drawer(itemId));
    return { fileRequestId: id, visitor, uploadId: sent.uploadId, fileId: files[0]?.id as string };
  }

  it("only the list of unreviewed files contains a quarantined file", async () => {
    const { files } = embedding;
    const item = drawer("hidden");
    const { fileId, fileRequestId } = await sendTo("hidden");
    expect(await files.listUnreviewed(ann, item)).toMatchObject({
      files: [{ id: fileId, ...item, state: "quarantined", visitor: { fileRequestId, name: "Maria" } }],
      nextCursor: undefined,
    });
    expect((await files.list(ann, item)).files).toEqual([]);
    expect(await files.listMany(ann, [item])).toMatchObject([{ files: [] }]);
    expect((await embedding.as("ann").send("GET /drawer/hidden")).body.items).toEqual([]);
    await expect(files.get(ann, fileId)).rejects.toMatchObject(gone);
    await expect(files.issueUrl(ann, fileId)).rejects.toMatchObject(gone);
    await expect(files.asApplication.issueUrl(fileId)).rejects.toMatchObject(gone);
    expect(await files.issueUrls(ann, [fileId])).toMatchObject([gone]);
    await expect(files.copy(ann, fileId, drawer("other"))).rejects.toMatchObject(gone);
    await expect(files.move(ann, fileId, drawer("other"))).rejects.toMatchObject(reviewed);
    const link = await files.createLink(ann, item);
    expect((await visitorOf(files.fetch, link.token).look()).body).toMatchObject({ files: [] });
  });

  it("an accepted file is ready", async () => {
    const { files } = embedding;
    const { fileId } = await sendTo("accepted");
    expect(await files.reviewFile(ann, fileId, "accept")).toMatchObject({ id: fileId, state: "ready" });
    const { url } = await files.issueUrl(ann, fileId);
    expect(await (await fetch(url)).text()).toBe("hello");
    expect((await files.listUnreviewed(ann, drawer("accepted"))).files).toEqual([]);
    for (const decision of ["accept", "reject"] as const) {
      await expect(files.reviewFile(ann, fileId, decision)).rejects.toMatchObject(reviewed);
    }
    const { events } = await files.activity(ann, drawer("accepted"));
    expect(events.find(({ action }) => action === "attachment.accepted")).toMatchObject({ userId: "ann" });
  });

  it("the object of a rejected file is deleted, and its visitor may send another file", async () => {
    const { files, bucket } = embedding;
    const before = await bucket.keys();
    const { fileId, visitor, uploadId } = await sendTo("rejected");
    const rejected = await files.reviewFile(ann, fileId, "reject");
    expect(rejected).toMatchObject({ state: "rejected", rejection: { code: "declined" } });
    expect(await bucket.keys()).toEqual(before);
    const { files: sent } = (await visitor.send("GET /uploads")).body;
    expect(sent).toMatchObject([{ uploadId, state: "rejected", rejection: { code: "declined" } }]);
    expect((await visitor.sendFile("hello")).body).toMatchObject({ state: "quarantined" });
  });

  it("only a user who may add and request files can review files", async () => {
    const { files } = embedding;
    const [ofAnn, ofBen] = [await sendTo("rights"), await sendTo("add-reviews", { creator: ben })];
    for (const [user, { fileId }] of [
      [ben, ofAnn],
      [cleo, ofBen],
    ] as const) {
      await expect(files.reviewFile(user, fileId, "accept")).rejects.toMatchObject(denied);
    }
    await expect(files.listUnreviewed(ben, drawer("rights"))).rejects.toMatchObject(denied);
    withdrawn.request.add("rights");
    await expect(files.listUnreviewed(ann, drawer("rights"))).rejects.toMatchObject(denied);
    await expect(files.reviewFile(ann, ofAnn.fileId, "accept")).rejects.toMatchObject(denied);
    withdrawn.request.delete("rights");
    expect(await files.reviewFile(ben, ofBen.fileId, "accept")).toMatchObject({ state: "ready" });
    expect(await files.asApplication.reviewFile(ofAnn.fileId, "accept")).toMatchObject({ state: "ready" });
    await expect(files.reviewFile(ann, "unknown", "accept")).rejects.toMatchObject(gone);
    await expect(files.reviewFile(ann, ofAnn.fileId, "yes" as never)).rejects.toBeInstanceOf(TypeError);
  });

  it("the list of unreviewed files has pages", async () => {
    const { files } = embedding;
    const { token } = await files.createFileRequest(ann, drawer("pages"), { review: true });
    for (const text of ["a", "bb", "ccc"]) await visitorOf(files.fetch, token).sendFile(text);
    const first = await files.listUnreviewed(ann, drawer("pages"), { limit: 2 });
    expect(first.files).toMatchObject([{ sizeBytes: 1 }, { sizeBytes: 2 }]);
    const { files: rest, nextCursor } = await files.listUnreviewed(ann, drawer("pages"), { cursor: first.nextCursor });
    expect(rest).toMatchObject([{ sizeBytes: 3 }]);
    expect(nextCursor).toBeUndefined();
    expect((await files.listUnreviewed(ann, drawer("unknown"))).files).toEqual([]);
  });

  it("a file request that is revoked before the review does not stop the review", async () => {
    const { files } = embedding;
    const { fileId, fileRequestId } = await sendTo("revoked");
    await files.revokeFileRequest(ann, fileRequestId);
    expect(await files.reviewFile(ann, fileId, "accept")).toMatchObject({ state: "ready" });
  });

  it("a visitor can remove a file that waits for a review", async () => {
    const { files } = embedding;
    const { fileId, visitor, uploadId } = await sendTo("removed");
    expect(await visitor.send(`DELETE /uploads/${uploadId}`)).toMatchObject({ status: 204 });
    expect((await files.listUnreviewed(ann, drawer("removed"))).files).toEqual([]);
    await expect(files.reviewFile(ann, fileId, "accept")).rejects.toMatchObject(gone);
  });
});

// These behaviours do not depend on the database.
describe("the reviews and receipts of an embedding", () => {
  async function openReviews(hooks: object = {}) {
    const opened = await openTestFiles({
      links,
      resources: { drawer: { may: () => true, mayRequest: () => true, ...hooks } },
    });
    onTestFinished(opened.close);
    const { token } = await opened.files.createFileRequest(ann, drawer("1"), { review: true, slots });
    return { ...opened, visitor: visitorOf(opened.files.fetch, token) };
  }

  it("hooks get the visitor and the slot of a reviewed file, and wait for `onQuarantined`", async () => {
    const called: string[] = [];
    let isDown = true;
    const hook = (name: string) => (file: ItemFile, _: string, delivery: { visitor?: object }) => {
      if (name === "onQuarantined" && isDown) throw new Error("down");
      called.push(`${name} ${file.filename} ${file.state} ${JSON.stringify(delivery.visitor)}`);
    };
    const names = ["onQuarantined", "onReady", "onRejected", "onRemoved"];
    const { files, runHooks, visitor, clock } = await openReviews(Object.fromEntries(names.map((n) => [n, hook(n)])));
    await visitor.sendFile("hello", { slotId: "passport", visitorName: "Maria" });
    await visitor.sendFile("hello", { slotId: "payslip", filename: "b.txt" });
    await expect(runHooks()).rejects.toThrow("down");
    const [a, b] = (await files.listUnreviewed(ann, drawer("1"))).files;
    await files.reviewFile(ann, a?.id as string, "accept");
    await files.reviewFile(ann, b?.id as string, "reject");
    clock.advance({ seconds: 10 });
    await expect(runHooks()).rejects.toThrow("down");
    expect(called).toEqual([]);
    isDown = false;
    clock.advance({ minutes: 1 });
    await runHooks();
    await runHooks();
    const ofA = JSON.stringify(a?.visitor);
    const ofB = JSON.stringify(b?.visitor);
    expect(ofA).toContain('"slotId":"passport"');
    expect(called.sort()).toEqual([
      `onQuarantined a.txt quarantined ${ofA}`,
      `onQuarantined b.txt quarantined ${ofB}`,
      `onReady a.txt ready ${ofA}`,
      `onRejected b.txt rejected ${ofB}`,
    ]);
  });

  it("the hook onRemoved runs for a quarantined file that its visitor removes", async () => {
    const called: string[] = [];
    const hook = (name: string) => (file: ItemFile) => called.push(`${name} ${file.filename}`);
    const { runHooks, visitor } = await openReviews({
      ...{ onQuarantined: hook("onQuarantined"), onRemoved: hook("onRemoved") },
    });
    const { body: sent } = await visitor.sendFile("hello", { slotId: "passport" });
    await visitor.send(`DELETE /uploads/${sent.uploadId}`);
    await runHooks();
    expect(called).toEqual(["onQuarantined a.txt", "onRemoved a.txt"]);
  });

  it("a published key verifies the receipt of a visitor's file", async () => {
    const { files, visitor } = await openReviews();
    const { upload } = (await visitor.start("hello", { slotId: "passport" })).body;
    expect((await visitor.send(`GET /receipts/${upload.id}`)).body).toMatchObject({ code: "upload_incomplete" });
    await put(upload, "hello");
    await visitor.complete(upload.id);
    const { body: receipt } = await visitor.send(`GET /receipts/${upload.id}`);
    expect(JSON.parse(receipt.statement)).toMatchObject({ filename: "a.txt", issuer: "https://app.example.com" });
    const send = async (path: string, init?: RequestInit): Promise<Answer["body"]> =>
      (await files.fetch(new Request(`${links.baseUrl}/public/receipts/${path}`, init))).json();
    const { keys } = await send("key");
    const { publicKey } = keys.find(({ keyId }: { keyId: string }) => keyId === receipt.keyId);
    const signature = Buffer.from(receipt.signature, "base64url");
    expect(verify(null, Buffer.from(receipt.statement), createPublicKey(publicKey), signature)).toBe(true);
    const check = (given: object) =>
      send("verify", {
        ...{ method: "POST", headers: { "content-type": "application/json" } },
        body: JSON.stringify({ ...receipt, ...given }),
      });
    expect(await check({})).toEqual({ isValid: true });
    expect(await check({ statement: receipt.statement.replace(":5", ":6") })).toEqual({ isValid: false });
    const other = visitorOf(files.fetch, (await files.createFileRequest(ann, drawer("1"))).token);
    expect(await other.send(`GET /receipts/${upload.id}`)).toMatchObject({ status: 404 });
  });
});
