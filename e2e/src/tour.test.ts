import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, apiAs, putAsTold } from "./testing/api.ts";
import { databases } from "./testing/databases.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

describe.each(databases)("the main job, from the command line to the bytes, on $name", ({ makeEnv }) => {
  let place: Place;
  let service: RunningService;
  let [ann, ben, eve]: Api[] = [];

  beforeAll(async () => {
    place = await makePlace(await makeEnv());
    service = await startProcess(place);
    [ann, ben, eve] = await Promise.all(
      ["ann", "ben", "eve"].map(async (name) => {
        const email = `${name}@example.com`;
        await runCli(place, ["user", "add", "--email", email, "--name", name]);
        const { stdout } = await runCli(place, ["token", "create", "--email", email]);
        return apiAs(service.url, { token: stdout.trim() });
      }),
    );
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await place.remove();
  });

  const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(20 * 2 ** 20)]);
  let noteId = "";
  let attachmentId = "";

  it("puts a file of 20 MiB into the private bucket through the form", async () => {
    noteId = (await ann?.call("POST", "/notes", { title: "Contract" }))?.body.id;
    const attached = await ann?.attach(noteId, { name: "Vertrag für Änne.pdf", bytes, type: "application/pdf" });
    expect(attached?.status).toBe(201);
    expect(attached?.body).toMatchObject({ sizeBytes: bytes.length, state: "ready", filename: "Vertrag für Änne.pdf" });
    attachmentId = attached?.body.id;
  });

  it("refuses everyone it was not shared with", async () => {
    const refused = await ben?.call("GET", `/attachments/${attachmentId}/url`);
    expect(refused).toMatchObject({ status: 403, body: { code: "access_denied", message: "Access denied" } });
  });

  it("gives the second person a URL for 60 seconds that fetches the same bytes under the same name", async () => {
    const shared = await ann?.call("PUT", `/notes/${noteId}/shares`, { emails: ["ben@example.com"], role: "viewer" });
    expect(shared?.status).toBe(200);
    const issued = await ben?.call("GET", `/attachments/${attachmentId}/url`);
    expect(issued?.body.expiresIn).toBe(60);
    expect(new URL(issued?.body.fileUrl).searchParams.get("X-Amz-Expires")).toBe("60");
    const download = await fetch(issued?.body.fileUrl);
    expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
    expect(download.headers.get("content-disposition")).toContain(
      "filename*=UTF-8''Vertrag%20f%C3%BCr%20%C3%84nne.pdf",
    );
    expect((await eve?.call("GET", `/attachments/${attachmentId}/url`))?.status).toBe(403);
  });

  it("lets the bucket itself refuse the URL once it has expired", async () => {
    const issued = await ben?.call("GET", `/attachments/${attachmentId}/url?expiresIn=1`);
    const answers = await until(
      () => fetch(issued?.body.fileUrl, { headers: { range: "bytes=0-0" } }),
      (response) => response.status === 403,
    );
    expect(await answers.text()).toContain("Request has expired");
  });

  it("refuses the second person from the moment of the revoke", async () => {
    const shares = await ann?.call("GET", `/notes/${noteId}/shares`);
    const [share] = shares?.body.shares ?? [];
    expect(share.email).toBe("ben@example.com");
    expect((await ann?.call("DELETE", `/notes/${noteId}/shares/${share.userId}`))?.status).toBe(204);
    expect((await ben?.call("GET", `/attachments/${attachmentId}/url`))?.status).toBe(403);
  });

  it("takes an upload that goes straight to the bucket, once", async () => {
    const started = await ann?.call("POST", `/notes/${noteId}/uploads`, {
      filename: "photo.png",
      sizeBytes: 1000,
      contentType: "image/png",
    });
    const { upload } = started?.body ?? {};
    const photo = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), randomBytes(992)]);
    expect((await putAsTold(upload, photo)).status).toBe(200);
    expect((await putAsTold(upload, randomBytes(1000))).status).toBe(412);
    const completed = await ann?.call("POST", `/uploads/${upload.id}/complete`);
    expect(completed).toMatchObject({ status: 200, body: { state: "ready", filename: "photo.png" } });
  });

  it("leaves no object behind when the note goes", async () => {
    const urls = await ann?.call("POST", "/attachments/urls", { attachmentIds: [attachmentId] });
    const fileUrl = urls?.body.urls[0].fileUrl;
    expect((await fetch(fileUrl, { headers: { range: "bytes=0-0" } })).status).toBe(206);
    expect((await ann?.call("DELETE", `/notes/${noteId}`))?.status).toBe(204);
    const gone = await until(
      () => fetch(fileUrl, { headers: { range: "bytes=0-0" } }),
      (response) => response.status === 404,
    );
    expect(gone.status).toBe(404);
  });

  it("has written down what happened", async () => {
    const activity = await ann?.call("GET", "/activity");
    const actions = activity?.body.items.map((event: { action: string }) => event.action);
    expect(actions).toEqual(
      expect.arrayContaining(["url.issued", "url.refused", "share.granted", "share.revoked", "note.deleted"]),
    );
  });
});

/** Asks again until the answer is what it has to become; the test's own time limit ends a wait in vain. */
async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
