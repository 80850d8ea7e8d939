import { expect, test } from "vitest";
import { patterned } from "../../../../packages/server/src/platform/bucket/testing/bytes.ts";
import { apiAs, putAsTold } from "../../testing/api.ts";
import { makePlace, startProcess } from "../../testing/service.ts";
import { type BadInputFixture, LARGE, MIB, type Part, type Started, TEXT } from "./fixture.ts";

export function serviceRestartTests(fixture: BadInputFixture): void {
  test("an upload completes after the service is killed and restarted", async () => {
    const { bucket, region, endpoint, credentials } = await fixture.running().newBucket();
    const place = await makePlace({
      AWS_BUCKET_NAME: bucket,
      AWS_REGION: region,
      S3_ENDPOINT: endpoint,
      S3_FORCE_PATH_STYLE: "true",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    });
    let process = await startProcess(place);
    expect(process.output()).toContain(`conditional PUT ${fixture.capabilities().conditionalPut ? "yes" : "no"}`);
    let api = await apiAs(process.url, { sub: "ann" });
    const note = (await api.call("POST", "/notes", { title: "Files" })).body.id;
    const begin = async (declared: object): Promise<Started> =>
      (await api.call("POST", `/notes/${note}/uploads`, { ...TEXT, ...declared })).body.upload;
    const single = await begin({ sizeBytes: 5 });
    const film = patterned(64 * MIB + 1_000);
    const large = await begin({ contentType: "application/x-film", sizeBytes: film.length });
    const { partSize = 0, partCount = 0 } = large;
    const partNumbers = Array.from({ length: partCount }, (_, index) => index + 1);
    const { parts } = (await api.call("POST", `/uploads/${large.id}/parts`, { partNumbers })).body;
    const send = async (some: Part[]): Promise<void> => {
      for (const part of some) {
        const body = film.subarray((part.partNumber - 1) * partSize, part.partNumber * partSize);
        expect((await putAsTold(part, body)).status).toBe(200);
      }
    };
    await send(parts.slice(0, 3));
    await process.stop("SIGKILL");
    expect((await putAsTold(single, Buffer.from("hello"))).status).toBe(200);
    // URLs that the killed service has signed stay valid.
    await send(parts.slice(3, 5));
    process = await startProcess(place);
    api = await apiAs(process.url, { sub: "ann" });
    const stored = (await api.call("GET", `/uploads/${large.id}`)).body.upload.parts;
    expect(stored.map(({ partNumber }: Part) => partNumber)).toEqual([1, 2, 3, 4, 5]);
    expect((await api.call("POST", `/uploads/${large.id}/complete`)).body.code).toBe("upload_incomplete");
    await send(parts.slice(5));
    for (const [upload, given] of [
      [single, Buffer.from("hello")],
      [large, film],
    ] as const) {
      expect((await api.call("GET", `/attachments/${upload.attachmentId}/url`)).status).toBe(409);
      expect((await api.call("POST", `/uploads/${upload.id}/complete`)).body.state).toBe("ready");
      const { fileUrl } = (await api.call("GET", `/attachments/${upload.attachmentId}/url`)).body;
      const bytes = Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
      expect(bytes.equals(given)).toBe(true);
    }
    await process.stop();
    await place.remove();
  });
}

export function bucketRestartTests(fixture: BadInputFixture): void {
  test("an upload completes after the bucket restarts", async () => {
    const single = await fixture.start();
    const upload = await fixture.startLarge();
    await fixture.sendParts(upload, [1]);
    await fixture.running().restart(async () => {
      for (const each of [single, upload]) {
        expect((await fixture.complete(each)).body).toMatchObject({ status: 503, code: "bucket_unavailable" });
        await fixture.expectNoDownload(each);
      }
    });
    expect(await fixture.expectIncomplete(upload)).toContain("Part 2");
    await fixture.sendParts(upload, [2]);
    expect((await fixture.put(single, "hello")).status).toBe(200);
    for (const each of [single, upload]) expect((await fixture.complete(each)).body.state).toBe("ready");
    expect((await fixture.served(upload)).equals(LARGE)).toBe(true);
  });
}
