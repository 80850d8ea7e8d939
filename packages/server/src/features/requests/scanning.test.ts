import type { FileRequest } from "@valetkey/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClamd } from "../../platform/scanner/clamd.ts";
import { testClamds } from "../../platform/scanner/testing/clamds.ts";
import { EICAR } from "../../platform/scanner/testing/eicar.ts";
import type { TestClamd } from "../../platform/scanner/testing/stand-in.ts";
import { engines, sqlite, type TestEngine } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { runVerifications } from "../../testing/verifications.ts";
import { createVisitor, insertRequest } from "../../testing/visitor.ts";
import type { Link } from "../links/link.ts";

// The database does not see which clamd scans a file, so the tests with a real clamd run only on SQLite.
const clamdsOn = (engine: TestEngine) => (engine === sqlite ? testClamds : testClamds.slice(0, 1));
const places = engines.flatMap((engine) => clamdsOn(engine).map((clamd) => ({ engine, clamd, name: engine.name })));

describe.each(places)("requirement 37: scans of visitors' files, on $name and $clamd.name", ({ engine, clamd }) => {
  let running: TestClamd;
  beforeAll(async () => {
    running = await clamd.start({ streamMaxBytes: 2 ** 20 });
  });
  afterAll(() => running.stop());
  const service = useService(() => ({
    engine,
    mailer: { send: async () => ({ state: "accepted" }) },
    scanning: { scanner: createClamd(running), tooLarge: "reject" },
  }));
  const ann = service.as("ann");
  let noteId: string;
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  async function open(request: Partial<FileRequest> = {}, given: Partial<Link> = {}) {
    const { link, token } = await insertRequest(service, { noteId, ownerId: "ann", request, link: given });
    return { link, maria: createVisitor(service.app, token) };
  }
  const stateOnNote = async (filename: string) => {
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    return items.find((file: { filename: string }) => file.filename === filename)?.state;
  };

  it("the slot of a file request is free again after a visitor's file is found infected", async () => {
    const { maria } = await open({ slots: [{ id: "cv", name: "CV" }] });
    const sent = await maria.sendFile(EICAR, { slotId: "cv", filename: "cv.txt" });
    expect(sent.body.state).toBe("scanning");
    expect((await maria.start("another", { slotId: "cv" })).body.code).toBe("request_full");
    await runVerifications(service);
    const { files } = (await maria.send("GET /uploads")).body;
    expect(files).toMatchObject([{ uploadId: sent.uploadId, state: "rejected", slotId: "cv" }]);
    expect(files[0].reason).toContain("is infected");
    expect((await maria.start("another", { slotId: "cv" })).status).toBe(201);
  });

  it("a visitor's clean file becomes quarantined if the file request has a review", async () => {
    const { maria } = await open({ review: true });
    await maria.sendFile("clean", { filename: "clean.txt" });
    await runVerifications(service);
    expect(await stateOnNote("clean.txt")).toBe("quarantined");
  });

  it("a visitor's file is rejected if the file request is revoked during the virus scan", async () => {
    const { link, maria } = await open();
    await maria.sendFile("hello", { filename: "revoked.txt" });
    const links = service.database.db.kysely.updateTable("links").set({ revoked_at: Date.now() });
    await links.where("id", "=", link.id).execute();
    await runVerifications(service);
    expect(await stateOnNote("revoked.txt")).toBe("rejected");
  });

  it("a visitor's file that arrived before the deadline is attached after its virus scan", async () => {
    const { maria } = await open({}, { expiresAt: Date.now() + 20_000 });
    await maria.sendFile("hello", { filename: "in-time.txt" });
    service.advance(20_000);
    await runVerifications(service);
    expect(await stateOnNote("in-time.txt")).toBe("ready");
    service.advance(-20_000);
  });

  it("the owner gets a notice about a visitor's first file while another file is scanned", async () => {
    const person = { id: "ann", email: "ann@example.com", name: "Ann", emailProvenBy: "operator" } as const;
    await service.useCases.rememberPerson(person);
    const { link, maria } = await open({}, { notify: "first" });
    const notices = async () => {
      const mails = await service.database.db.kysely.selectFrom("mails").select("detail").execute();
      const all = mails.flatMap(({ detail }) => JSON.parse(detail).notices);
      return all.filter(({ linkId }) => linkId === link.id);
    };
    for (const filename of ["one.txt", "two.txt"]) await maria.sendFile("hello", { filename });
    await runVerifications(service);
    expect(await notices()).toEqual([{ about: "file-received", linkId: link.id, count: 1 }]);
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    for (const { id } of items) await ann.send(`DELETE /attachments/${id}`);
    await maria.sendFile("hello", { filename: "three.txt" });
    await runVerifications(service);
    expect(await notices()).toMatchObject([{ count: 1 }]);
  });

  it("a visitor can delete a file during its virus scan", async () => {
    const { maria } = await open();
    const { uploadId } = await maria.sendFile("hello", { filename: "back.txt" });
    expect((await maria.send(`DELETE /uploads/${uploadId}`)).status).toBe(204);
    await runVerifications(service);
    expect(await stateOnNote("back.txt")).toBeUndefined();
  });
});
