import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../packages/client/src/index.ts";
import { startEmbedded } from "../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { makePhoto } from "../../packages/server/src/testing/photos.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

describe("valetkey previews beside a running service", () => {
  let bucket: Awaited<ReturnType<typeof startEmbedded>>;
  let place: Place;
  let service: RunningService;
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    // Not the built-in bucket of the service, whose port the command would not know.
    bucket = await startEmbedded();
    place = await makePlace({
      AWS_BUCKET_NAME: bucket.bucket,
      S3_ENDPOINT: `http://localhost:${bucket.port}`,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    });
    service = await startProcess(place);
    await runCli(place, ["user", "add", "--email", "ann@example.com"]);
    const { stdout } = await runCli(place, ["token", "create", "--email", "ann@example.com"]);
    client = createClient({ baseUrl: service.url, token: stdout.trim() });
  });
  afterAll(async () => {
    await service?.stop();
    await bucket?.stop();
    await place?.remove();
  });

  it("valetkey previews makes only the missing previews", async () => {
    const note = await client.notes.create({ title: "Photos" });
    const upload = (name: string, bytes: Buffer) =>
      client.upload(note.id, new File([new Uint8Array(bytes)], name, { type: "image/jpeg" })).done;
    const photo = await makePhoto();
    await upload("good.jpg", photo);
    await upload("half.jpg", photo.subarray(0, photo.length / 2));
    await upload("a.txt", Buffer.from("hello")).catch(() => undefined);
    const { stdout } = await runCli(place, ["previews"]);
    expect(stdout).toBe("Made the previews of 1 file. 1 have none.\n  1 are damaged, or have too many pixels\n");
    const { attachments } = await client.notes.get(note.id);
    const sizes = Object.fromEntries(attachments.map(({ filename, previews }) => [filename, previews?.length]));
    expect(sizes).toMatchObject({ "good.jpg": 2 });
    expect(sizes["half.jpg"]).toBeUndefined();
    expect((await runCli(place, ["previews"])).stdout).toMatch(/^Made the previews of 0 files. 1 have none.\n/);
  });
});
