import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect, startEmbedded } from "../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { endOfCli, makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

const ADMIN = "admin@example.com";
const ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/**
 * One URL of each style that `adopt` accepts, and one key. The tests of `parseS3Url` cover all other styles. `key`: the percent-encoded
 * key.
 */
const styles: [style: string, address: (at: { key: string; port: number }) => string][] = [
  ["virtual-hosted", ({ key }) => `https://files.s3.eu-central-1.amazonaws.com/${key}`],
  ["at the endpoint, path style", ({ key, port }) => `http://localhost:${port}/files/${key}`],
  ["the key alone", ({ key }) => decodeURIComponent(key)],
];

describe("valetkey adopt beside a running service", () => {
  let bucket: Awaited<ReturnType<typeof startEmbedded>>;
  let place: Place;
  let service: RunningService;
  let admin: Api;
  let noteId: string;

  beforeAll(async () => {
    bucket = await startEmbedded();
    place = await makePlace({
      AWS_BUCKET_NAME: bucket.bucket,
      S3_ENDPOINT: `http://localhost:${bucket.port}`,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    });
    service = await startProcess(place);
    await runCli(place, ["user", "add", "--email", ADMIN, "--admin"]);
    await runCli(place, ["user", "add", "--email", "ben@example.com"]);
    const { stdout } = await runCli(place, ["token", "create", "--email", ADMIN]);
    admin = await apiAs(service.url, { token: stdout.trim() });
    noteId = (await admin.call("POST", "/notes", { title: "Adopted" })).body.id;
  });
  afterAll(async () => {
    await service.stop();
    await bucket.stop();
    await place.remove();
  });

  const put = (Key: string, Body: string) =>
    inspect(bucket).s3.send(new PutObjectCommand({ Bucket: bucket.bucket, Key, Body, ContentType: "text/plain" }));
  const adopt = (address: string, ...options: string[]) =>
    endOfCli(place, ["adopt", address, "--note", noteId, "--as", ADMIN, ...options]);
  const names = async (): Promise<string[]> =>
    (await admin.call("GET", `/notes/${noteId}`)).body.attachments.map(
      ({ filename }: { filename: string }) => filename,
    );

  it.each(styles)("valetkey adopt makes a file from the object that a URL names (%s)", async (style, addressOf) => {
    const name = `${style.replaceAll(/[^a-z0-9]+/g, "-")} ä+%.txt`;
    const key = `uploads/${name}`;
    await put(key, style);
    const address = addressOf({ key: key.split("/").map(encodeURIComponent).join("/"), port: bucket.port });
    const { code, stdout, stderr } = await adopt(address);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const said = `Adopted ${name} (${style.length} bytes) as attachment `;
    expect(stdout.slice(0, said.length)).toBe(said);
    const id = new RegExp(`(${ID})\\.\n$`).exec(stdout)?.[1];
    const { fileUrl } = (await admin.call("GET", `/attachments/${id}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe(style);
  });

  it("deleting a file that valetkey adopt made keeps the object in the bucket", async () => {
    await put("report-final", "hello");
    const { stdout } = await adopt("report-final", "--filename", "Report.txt");
    expect(stdout).toContain("Adopted Report.txt (5 bytes)");
    const id = new RegExp(ID).exec(stdout)?.[0];
    expect((await admin.call("DELETE", `/attachments/${id}`)).status).toBe(204);
    // The attachment is in the trash, so its object still exists, and nobody can adopt the object again.
    expect((await adopt("report-final")).code).toBe(1);
    expect((await admin.call("DELETE", `/trash/attachments/${id}`)).status).toBe(204);
    expect((await adopt("report-final")).code).toBe(0);
  });

  it("valetkey adopt explains a wrong argument in one sentence, and exits with 1", async () => {
    await put("mine.txt", "hello");
    const before = await names();
    const unknown = "00000000-0000-7000-8000-000000000000";
    const as = (address: string) => ["mine.txt", "--note", noteId, "--as", address];
    const at = (address: string, ...options: string[]) => [address, "--note", noteId, "--as", ADMIN, ...options];
    for (const [args, says] of [
      [at("s3://elsewhere/mine.txt"), 'The URL is in the bucket "elsewhere", not in "files".'],
      [at("none.txt"), "There is no such object in the bucket. Check the URL and the key."],
      [at("mine.txt", "--filename", "a/b"), "The filename has a path separator"],
      [as("ben@example.com"), "Access denied"],
      [as("nobody@example.com"), "Nobody has the email address or id nobody@example.com"],
      [["mine.txt", "--note", unknown, "--as", ADMIN], "Note not found"],
      [["mine.txt", "--as", ADMIN], "Give an object and --note, or give --list"],
    ] as const) {
      const { code, stdout, stderr } = await endOfCli(place, ["adopt", ...args]);
      expect({ code, stdout }, says).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(says);
      expect(stderr, "has no stack").not.toMatch(/^\s+at /m);
    }
    expect(await names()).toEqual(before);
    expect((await adopt("mine.txt")).code).toBe(0);
    const again = await adopt("mine.txt");
    expect(again).toMatchObject({ code: 1, stdout: "", stderr: "The object is attached already.\n" });
  });
});
