import { readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { apiAs } from "./testing/api.ts";
import { freePort } from "./testing/free-port.ts";
import { endOfCli, makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

let place: Place;
let service: RunningService;
afterEach(async () => {
  await service.stop();
  await place.remove();
});

const gc = (...options: string[]) => endOfCli(place, ["gc", ...options]);

describe("valetkey gc beside a running service", () => {
  it("valetkey gc prints a table of faults, and exits with 1 while a fault remains", async () => {
    const ports = { PORT: String(await freePort("127.0.0.1")), S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    place = await makePlace(ports);
    service = await startProcess(place);
    const ann = await apiAs(service.url, { sub: "ann" });
    const note = await ann.call("POST", "/notes", { title: "Files" });
    await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" });

    const clean = await gc("--dry-run");
    expect(clean).toMatchObject({ code: 0, stderr: "" });
    expect(clean.stdout).toMatch(/^objects that no row explains +0 +0$/m);
    expect(clean.stdout).toMatch(/^files without their object +0 +-$/m);
    expect(clean.stdout).toContain("Of the other objects, 1 are known");

    const database = new DatabaseSync(join(place.dataDir, "valetkey.db"));
    database.exec("update usage set used_bytes = 7");
    const dry = await gc("--dry-run");
    expect(dry.code).toBe(1);
    expect(dry.stdout).toContain("usage of ann: counted 7 bytes in 1 files, there are 5 in 1");
    expect(dry.stdout).toMatch(/^counters of usage that are wrong +1 +0$/m);
    expect(dry.stdout).toContain("Nothing was changed");
    expect((await ann.call("GET", "/usage")).body.usedBytes).toBe(7);

    const mended = await gc();
    expect(mended.code).toBe(0);
    expect(mended.stdout).toMatch(/^counters of usage that are wrong +1 +1$/m);
    expect((await ann.call("GET", "/usage")).body.usedBytes).toBe(5);

    // `valetkey gc` cannot repair a file whose object is lost. The command reports the file until the owner of the note deletes the file.
    database.exec("update attachments set object_key = 'gone'");
    database.close();
    const lost = await gc();
    expect(lost.code).toBe(1);
    expect(lost.stdout).toMatch(
      /^file without its object: "a.txt", attachment [0-9a-f-]{36} in note [0-9a-f-]{36} of ann$/m,
    );
    expect(lost.stdout).toMatch(/^files without their object +1 +-$/m);
  });

  it("valetkey gc reports files whose objects in the bucket are missing or truncated", async () => {
    const ports = { PORT: String(await freePort("127.0.0.1")), S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    place = await makePlace(ports);
    service = await startProcess(place);
    const ann = await apiAs(service.url, { sub: "ann" });
    const note = await ann.call("POST", "/notes", { title: "Files" });
    const attach = (name: string, content: string) =>
      ann.attach(note.body.id, { name, bytes: Buffer.from(content), type: "text/plain" });
    const files = [await attach("a.txt", "hello"), await attach("b.txt", "hello!")];
    await attach("c.txt", "hello you");
    const folder = join(place.dataDir, "bucket/blobs");
    for (const path of await readdir(folder, { recursive: true })) {
      const blob = join(folder, path);
      const { size } = await stat(blob);
      if (path.length > 10 && size === 5) await rm(blob);
      if (path.length > 10 && size === 6) await truncate(blob, 4);
    }

    const { code, stdout } = await gc();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^files whose bytes are lost on the disk +2 +-$/m);
    for (const { body } of files) {
      expect(stdout).toContain(
        `file whose bytes are lost: "${body.filename}", attachment ${body.id} in note ${note.body.id} of ann\n`,
      );
      const { fileUrl } = (await ann.call("GET", `/attachments/${body.id}/url`)).body;
      expect((await fetch(fileUrl)).status).toBe(500);
      const findLine = () =>
        service
          .output()
          .split("\n")
          .findLast((text) => text.includes("The built-in bucket failed"));
      await expect.poll(findLine).toBeDefined();
      const line = findLine() ?? "";
      expect(JSON.parse(line)).toMatchObject({ level: 50, err: { stack: expect.stringContaining("blob") } });
      expect(line).not.toContain("http://");
      expect(line).not.toContain(new URL(fileUrl).pathname);
    }
  });

  it("valetkey gc exits with 1 and prints a remedy if the bucket is unreachable", async () => {
    place = await makePlace({ S3_LOCAL_PORT: String(await freePort("127.0.0.1")) });
    service = await startProcess(place);
    await service.stop();
    const { code, stderr } = await gc();
    expect(code).toBe(1);
    expect(stderr).toContain("nothing listens at the endpoint");
  });
});
