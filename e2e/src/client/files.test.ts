import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryStore, openFiles } from "../../../packages/client/src/index.ts";
import { type Application, startApplication } from "../embedding/start-application.ts";
import { file, sha256OfBlob } from "./testing/files.ts";

const INVOICE = { resource: "invoice", itemId: "42/a" };

describe("the files of an application through the client", () => {
  let application: Application;
  const filesOf = (user: string) => openFiles({ baseUrl: application.url, token: user, store: memoryStore() });

  beforeAll(async () => {
    application = await startApplication({ may: (user, _, id) => user.id === "ann" && id === INVOICE.itemId });
  });
  afterAll(() => application.close());

  it.each([
    ["one PUT", 1_000_000],
    ["several parts", 20_000_000],
  ])("the client uploads, lists and downloads files of an application in %s", async (_, sizeBytes) => {
    const files = filesOf("ann");
    const given = file(sizeBytes);
    const sent = await files.upload(INVOICE, given).done;
    expect(sent).toMatchObject({ resource: "invoice", itemId: INVOICE.itemId, sizeBytes, state: "ready" });
    expect((await files.list(INVOICE)).items.map(({ id }) => id)).toEqual([sent.id]);
    expect((await files.get(sent.id)).filename).toBe(sent.filename);
    const { blob } = await files.download(sent.id);
    expect(await sha256OfBlob(await blob())).toBe(await sha256OfBlob(given));
    expect((await fetch((await files.urlFor(sent.id, { expiresIn: 30 })).fileUrl)).status).toBe(200);
    await files.remove(sent.id);
    const left = [];
    for await (const { id } of files.iterate(INVOICE)) left.push(id);
    expect(left).toEqual([]);
  });

  it("the service does not give files of an application to another user", async () => {
    const sent = await filesOf("ann").upload(INVOICE, file(1000)).done;
    const ben = filesOf("ben");
    const refused = { code: "access_denied", status: 403 };
    await expect(ben.urlFor(sent.id)).rejects.toMatchObject(refused);
    await expect(ben.download(sent.id)).rejects.toMatchObject(refused);
    await expect(ben.remove(sent.id)).rejects.toMatchObject(refused);
    await expect(ben.list(INVOICE)).rejects.toMatchObject(refused);
    await expect(ben.upload(INVOICE, file(1000)).done).rejects.toMatchObject(refused);
  });
});
