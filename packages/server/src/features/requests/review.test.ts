import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { Answer } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest, type TestVisitor } from "../../testing/visitor.ts";

describe.each(engines)("requirement 37: the review of visitors' files on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");
  let noteId: string;
  let maria: TestVisitor;
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Taxes" } })).body.id;
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["ed"], role: "editor" } });
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["vic"], role: "viewer" } });
    const { token } = await insertRequest(service, { noteId, ownerId: "ann", request: { review: true } });
    maria = createVisitor(service.app, token);
  });

  async function sendQuarantined(filename: string) {
    const sent = await maria.sendFile("hello", { filename });
    expect(sent.body.state).toBe("quarantined");
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    const { id } = items.find((file: { filename: string }) => file.filename === filename);
    return { id, uploadId: sent.uploadId };
  }
  const review = (client: typeof ann, id: string, decision: string) =>
    client.send(`POST /attachments/${id}/review`, { json: { decision } });
  const usage = async () => (await ann.send("GET /usage")).body;

  it("nobody gets a URL of a quarantined file", async () => {
    const { id } = await sendQuarantined("waiting.txt");
    expect((await ann.send(`GET /attachments/${id}`)).body).toMatchObject({
      state: "quarantined",
      filename: "waiting.txt",
      contentType: "text/plain",
      sizeBytes: 5,
    });
    for (const user of ["ann", "ed"]) {
      for (const call of [`GET /attachments/${id}/url`, `GET /attachments/${id}/download`]) {
        const refused = await service.as(user).send(call);
        expect(refused.body, `${user} ${call}`).toMatchObject({ status: 409, code: "attachment_not_ready" });
        expect(refused.text).not.toContain("X-Amz");
      }
      const json = { attachmentIds: [id] };
      const batch = await service.as(user).send("POST /attachments/urls", { json });
      expect(batch.body.urls).toMatchObject([{ code: "attachment_not_ready" }]);
    }
    // Only three routes issue URLs. Batches, previews and ZIP files in the web app use the same routes.
    expect((await maria.send("GET /uploads")).text).not.toContain("X-Amz");
  });

  it("a viewer does not see a visitor's file until it is ready", async () => {
    const vic = service.as("vic");
    const before = (await ann.send(`GET /notes/${noteId}`)).body.attachmentCount;
    const readyBefore = (await vic.send(`GET /notes/${noteId}`)).body.attachmentCount;
    const { id } = await sendQuarantined("private-salary.txt");
    const pending = (await maria.start("hello", { filename: "private-pending.txt" })).body.upload.id;
    const seen = async (client: typeof ann) => {
      const answers = [
        await client.send(`GET /notes/${noteId}`),
        await client.send(`GET /notes/${noteId}/attachments`),
        await client.send("GET /notes?scope=shared&q=private"),
        await client.send("GET /attachments?scope=shared"),
        await client.send(`GET /attachments/${id}`),
      ];
      return answers.map(({ text }) => text).join();
    };
    expect(await seen(service.as("ed"))).toContain("private-salary.txt");
    expect(await seen(service.as("ed"))).toContain("private-pending.txt");
    expect(await seen(vic)).not.toContain("private-");
    expect((await vic.send(`GET /attachments/${id}`)).body).toMatchObject({
      status: 404,
      code: "attachment_not_found",
    });
    // A viewer with a share of only this file does not see the file either.
    await ann.send(`PUT /attachments/${id}/shares`, { json: { userIds: ["uma"] } });
    const uma = await seen(service.as("uma"));
    expect(uma).not.toContain("private-");
    const countFor = async (client: typeof ann, scope: string) =>
      (await client.send(`GET /notes?scope=${scope}`)).body.items.find((note: { id: string }) => note.id === noteId)
        .attachmentCount;
    expect(await countFor(ann, "owned")).toBe(before + 1);
    expect(await countFor(vic, "shared")).toBe(readyBefore);
    expect((await vic.send(`GET /notes/${noteId}`)).body.attachmentCount).toBe(readyBefore);

    await review(ann, id, "accept");
    expect(await seen(vic)).toContain("private-salary.txt");
    expect(await seen(service.as("uma"))).toContain("private-salary.txt");
    await maria.send(`DELETE /uploads/${pending}`);
  });

  it("a viewer gets the same error for a visitor's hidden file as for an unknown file", async () => {
    const vic = service.as("vic");
    const { id: quarantined } = await sendQuarantined("hidden-url.txt");
    const started = await maria.start("hello", { filename: "hidden-pending.txt" });
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    const { id: pending } = items.find((file: { filename: string }) => file.filename === "hidden-pending.txt");
    const unknown = "0192f0c1-2222-7000-8000-000000000000";
    const withoutId = ({ body: { requestId: _, ...problem } }: Answer) => problem;
    for (const query of ["", "?expiresIn=99999", "?expiresIn=99999&disposition=inline"]) {
      for (const route of ["url", "download"]) {
        const expected = withoutId(await vic.send(`GET /attachments/${unknown}/${route}${query}`));
        expect(expected).toMatchObject({ status: 404, code: "attachment_not_found" });
        for (const id of [quarantined, pending]) {
          expect(withoutId(await vic.send(`GET /attachments/${id}/${route}${query}`))).toEqual(expected);
        }
      }
    }
    const batch = async (client: typeof ann) => {
      const attachmentIds = [quarantined, pending, unknown];
      const { body } = await client.send("POST /attachments/urls", { json: { attachmentIds } });
      return body.urls.map(({ code }: { code: string }) => code);
    };
    const missing = "attachment_not_found";
    expect(await batch(vic)).toEqual([missing, missing, missing]);
    expect(await batch(ann)).toEqual(["attachment_not_ready", "attachment_not_ready", missing]);
    await maria.send(`DELETE /uploads/${started.body.upload.id}`);
  });

  it("a visitor's quarantined file becomes ready when a reviewer accepts the file", async () => {
    const { id } = await sendQuarantined("accepted.txt");
    expect((await review(service.as("vic"), id, "accept")).status).toBe(404);
    expect((await review(service.anonymous, id, "accept")).status).toBe(401);
    expect((await review(service.as("ed"), id, "accept")).body).toMatchObject({ state: "ready" });
    const { fileUrl } = (await ann.send(`GET /attachments/${id}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
    expect((await review(ann, id, "reject")).body).toMatchObject({ status: 409, code: "attachment_not_ready" });
    const { items } = (await ann.send("GET /activity")).body;
    expect(items[0]).toMatchObject({ action: "url.issued" });
    expect(items.find(({ action }: { action: string }) => action === "attachment.accepted")).toMatchObject({
      actor: { id: "ed" },
      attachmentIds: [id],
    });
  });

  it("the rejection of a visitor's quarantined file deletes the object of the file", async () => {
    const before = await service.bucketContents.keys();
    const { id, uploadId } = await sendQuarantined("refused.txt");
    const rejected = await review(ann, id, "reject");
    expect(rejected.body).toMatchObject({
      state: "rejected",
      reason: "The recipient rejected it. It was not kept.",
      rejection: { code: "declined" },
    });
    expect(await service.bucketContents.keys()).toEqual(before);
    const { files } = (await maria.send("GET /uploads")).body;
    expect(files.find((file: { uploadId: string }) => file.uploadId === uploadId)).toMatchObject({
      state: "rejected",
      rejection: { code: "declined" },
    });
    expect((await review(ann, id, "accept")).status).toBe(409);
  });

  it("only one of two simultaneous reviews of a visitor's file takes effect", async () => {
    const { id } = await sendQuarantined("both.txt");
    const answers = await Promise.all([review(ann, id, "accept"), review(service.as("ed"), id, "reject")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it("a visitor's quarantined file counts in the quota of the note's owner", async () => {
    const before = await usage();
    const { id } = await sendQuarantined("counted.txt");
    expect(await usage()).toMatchObject({ usedBytes: before.usedBytes + 5, files: before.files + 1 });
    // Garbage collection never deletes an object that is only a few days old, so the test moves the clock.
    service.advance(30 * 86_400_000);
    const report = await service.useCases.collectGarbage({
      mend: true,
      force: true,
      isAlone: true,
      findsDamage: true,
    });
    service.advance(-30 * 86_400_000);
    expect(report.found).toMatchObject({ usage: 0 });
    expect((await review(ann, id, "accept")).status).toBe(200);
    const { fileUrl } = (await ann.send(`GET /attachments/${id}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
  });

  it("a visitor can delete a quarantined file", async () => {
    const { id, uploadId } = await sendQuarantined("back.txt");
    expect((await maria.send(`DELETE /uploads/${uploadId}`)).status).toBe(204);
    expect((await ann.send(`GET /attachments/${id}`)).status).toBe(404);
    expect((await review(ann, id, "accept")).status).toBe(404);
  });
});
