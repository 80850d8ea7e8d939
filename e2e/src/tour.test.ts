import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, apiAs, putAsTold } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

// docs-commands.test.ts runs the commands of docs/tour.md on SQLite.
describe.each(useDatabases().filter(({ name }) => name === "postgres"))(
  "the steps of docs/tour.md on $name",
  ({ makeEnv }) => {
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

    it("a form uploads a file of 20 MiB", async () => {
      noteId = (await ann?.call("POST", "/notes", { title: "Contract" }))?.body.id;
      const attached = await ann?.attach(noteId, { name: "Vertrag für Änne.pdf", bytes, type: "application/pdf" });
      expect(attached?.status).toBe(201);
      expect(attached?.body).toMatchObject({
        sizeBytes: bytes.length,
        state: "ready",
        filename: "Vertrag für Änne.pdf",
      });
      attachmentId = attached?.body.id;
    });

    it("a request for a download URL returns 403 before the owner shares the file", async () => {
      const refused = await ben?.call("GET", `/attachments/${attachmentId}/url`);
      expect(refused).toMatchObject({ status: 403, body: { code: "access_denied", message: "Access denied" } });
    });

    it("a reader gets a download URL for 60 s that returns the uploaded bytes and filename", async () => {
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

    it("the bucket refuses a download URL after its expiry", async () => {
      const issued = await ben?.call("GET", `/attachments/${attachmentId}/url?expiresIn=1`);
      const refused = await until(
        () => fetch(issued?.body.fileUrl, { headers: { range: "bytes=0-0" } }),
        (response) => response.status === 403,
      );
      expect(await refused.text()).toContain("Request has expired");
    });

    it("a request for a download URL returns 403 after the owner revokes the share", async () => {
      const shares = await ann?.call("GET", `/notes/${noteId}/shares`);
      const [share] = shares?.body.shares ?? [];
      expect(share.email).toBe("ben@example.com");
      expect((await ann?.call("DELETE", `/notes/${noteId}/shares/${share.userId}`))?.status).toBe(204);
      expect((await ben?.call("GET", `/attachments/${attachmentId}/url`))?.status).toBe(403);
    });

    it("an upload URL accepts only one PUT", async () => {
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

    it("a permanent deletion of a note deletes its objects", async () => {
      const urls = await ann?.call("POST", "/attachments/urls", { attachmentIds: [attachmentId] });
      const fileUrl = urls?.body.urls[0].fileUrl;
      expect((await fetch(fileUrl, { headers: { range: "bytes=0-0" } })).status).toBe(206);
      for (const path of [`/notes/${noteId}`, `/trash/notes/${noteId}`]) {
        expect((await ann?.call("DELETE", path))?.status).toBe(204);
      }
      const deleted = await until(
        () => fetch(fileUrl, { headers: { range: "bytes=0-0" } }),
        (response) => response.status === 404,
      );
      expect(deleted.status).toBe(404);
    });

    it("the activity of a note lists all its events", async () => {
      const activity = await ann?.call("GET", "/activity");
      const actions = activity?.body.items.map((event: { action: string }) => event.action);
      expect(actions).toEqual(
        expect.arrayContaining([
          "url.issued",
          "url.refused",
          "invitation.created",
          "invitation.redeemed",
          "share.revoked",
          "note.deleted",
        ]),
      );
    });
  },
);

/** Repeats a call until `isDone` returns true for its result. If that never happens, the test times out. */
async function until<T>(call: () => Promise<T>, isDone: (result: T) => boolean): Promise<T> {
  for (;;) {
    const result = await call();
    if (isDone(result)) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
