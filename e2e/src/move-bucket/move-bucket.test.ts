import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type BucketServer,
  inspect,
  startEmbedded,
} from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { putAsTold } from "../testing/api.ts";
import { endOfCli, type Place, type RunningService, startProcess } from "../testing/service.ts";
import {
  ann,
  download,
  makeFixedPlace,
  newNote,
  originOf,
  settingsOf,
  sha256,
  startUpload,
  upload,
  urlOf,
} from "./stage.ts";

const move = (place: Place, ...options: string[]) => endOfCli(place, ["move", "bucket", ...options]);

/** Returns the doctor's findings about differences between the settings and the buckets in the database. */
async function bucketFaults(place: Place): Promise<{ detail: string; fix: unknown }[]> {
  const { stdout } = await endOfCli(place, ["doctor", "--json"]);
  const { findings }: { findings: { id: string; detail: string; fix: unknown }[] } = JSON.parse(stdout);
  return findings.filter(({ id }) => id === "bucket-settings").map(({ detail, fix }) => ({ detail, fix }));
}

async function otherBucket(place: Place): Promise<BucketServer> {
  const server = await startEmbedded({ allowedOrigins: [originOf(place)] });
  onTestFinished(() => server.stop());
  return server;
}

async function start(place: Place): Promise<RunningService> {
  const service = await startProcess(place);
  onTestFinished(() => void service.stop());
  return service;
}

// operations/bucket-move/move.test.ts runs the queries of a move on both database engines, and under-load.test.ts runs the command.
describe("valetkey move bucket", () => {
  it("valetkey move bucket moves all files of a running service, and moves them back", async () => {
    const place = await makeFixedPlace({});
    onTestFinished(place.remove);
    const other = await otherBucket(place);
    Object.assign(place.env, settingsOf(other, "NEXT_"));
    const service = await start(place);
    const api = await ann(service.url);
    const noteId = await newNote(api);
    const small = await upload(api, noteId);
    const large = await upload(api, noteId, randomBytes(12_000_000));
    const form = await api.attach(noteId, { name: "form.bin", bytes: Buffer.from("form") });
    const files = [small, large, { id: form.body.id, sha256: sha256(Buffer.from("form")) }];
    const waiting = randomBytes(500);
    const pending = await startUpload(api, noteId, waiting);
    const oldUrl = await urlOf(api, small.id);

    expect((await move(place, "--dry-run")).stdout).toContain("Bucket 1 -> bucket 2: 3 objects (11.4 MiB) to move.");
    const first = await move(place);
    expect(first.stderr).toBe("Not checked: lifecycle rules: the server has no such setting.\n");
    expect(first.stdout).toContain("Moved 3 objects (11.4 MiB) to bucket 2.");
    expect(first.stdout).toContain("1 uploads in bucket 1 have not ended.");
    expect(first.code).toBe(2);

    for (const file of files) {
      expect(new URL(await urlOf(api, file.id)).origin).toBe(other.endpoint);
      expect(await download(api, file.id)).toBe(file.sha256);
    }
    // A URL that the service issued before the move still works.
    expect((await fetch(oldUrl)).status).toBe(200);
    // An upload ends in the bucket in which it started. The next run of the move then moves the uploaded file.
    expect((await putAsTold(pending, waiting)).status).toBe(200);
    expect((await api.call("POST", `/uploads/${pending.id}/complete`)).status).toBe(200);
    expect(new URL(await urlOf(api, pending.attachmentId)).origin).not.toBe(other.endpoint);
    const second = await move(place);
    expect(second.stdout).toContain("Moved 1 object (500 bytes) to bucket 2.");
    expect(second.stdout).toContain("No file is in bucket 1 any more.");
    expect(second.code).toBe(0);
    expect(await download(api, pending.attachmentId)).toBe(sha256(waiting));
    const newer = await upload(api, noteId);
    expect(new URL(await urlOf(api, newer.id)).origin).toBe(other.endpoint);

    // The deletion of a file deletes its copies in both buckets.
    const before = (await inspect(other).keys()).length;
    expect((await api.call("DELETE", `/attachments/${small.id}`)).status).toBe(204);
    expect((await api.call("DELETE", `/trash/attachments/${small.id}`)).status).toBe(204);
    await expect.poll(async () => (await inspect(other).keys()).length).toBe(before - 1);
    await expect.poll(async () => (await fetch(oldUrl)).status).toBe(404);
    // The content security policy of the pages permits both buckets.
    const { headers } = await fetch(service.url);
    expect(headers.get("content-security-policy")).toContain(other.endpoint);
    expect(headers.get("content-security-policy")).toContain(`localhost:${place.env.S3_LOCAL_PORT}`);
    await service.stop();

    // A process without the settings of the new bucket does not start.
    const without = Object.fromEntries(Object.entries(place.env).filter(([name]) => !name.startsWith("NEXT_")));
    const refused = await endOfCli({ ...place, env: without }, ["start"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("New uploads go to bucket 2, but the settings have no bucket with the number 2.");

    expect(await bucketFaults({ ...place, env: without })).toEqual([
      {
        detail: "New uploads go to bucket 2, but the settings have no bucket with the number 2.",
        fix: [expect.objectContaining({ text: expect.stringContaining("NEXT_S3_BUCKET_NUMBER=2") })],
      },
    ]);
    expect(await bucketFaults(place)).toEqual([]);

    // The way back is a move with exchanged settings of the two buckets.
    const exchanged = {
      ...place.env,
      ...Object.fromEntries(Object.keys(settingsOf(other, "NEXT_")).map((name) => [name, ""])),
      ...settingsOf(other),
      S3_BUCKET_NUMBER: "2",
      NEXT_S3_LOCAL_PORT: place.env.S3_LOCAL_PORT ?? "",
      S3_LOCAL_PORT: "",
    };
    const back = { ...place, env: exchanged };
    // Without its number, the new bucket would be bucket 1, and its files would be lost.
    const forgotten = { ...place, env: { ...exchanged, S3_BUCKET_NUMBER: "" } };
    for (const end of [await endOfCli(forgotten, ["start"]), await move(forgotten)]) {
      expect(end.stderr).toContain(
        `The bucket files at ${other.endpoint} is bucket 2, but the settings give it the number 1. Set S3_BUCKET_NUMBER=2.`,
      );
      expect(end.code).toBe(1);
      expect(end.stdout).not.toContain("empty");
    }
    expect(await bucketFaults(forgotten)).toMatchObject([
      { fix: [{ text: expect.stringMatching(/^Set S3_BUCKET_NUMBER=2/) }] },
    ]);
    const again = await start(back);
    const third = await move(back);
    expect(third.stdout).toContain("No file is in bucket 2 any more.");
    expect(third.code).toBe(0);
    const annAgain = await ann(again.url);
    for (const file of [large, newer]) {
      expect(new URL(await urlOf(annAgain, file.id)).origin).not.toBe(other.endpoint);
      expect(await download(annAgain, file.id)).toBe(file.sha256);
    }
  });
});

it("the doctor names the setting of the bucket move if the next bucket does not exist", async () => {
  const place = await makeFixedPlace({});
  onTestFinished(place.remove);
  Object.assign(place.env, settingsOf(await otherBucket(place), "NEXT_"), { NEXT_AWS_BUCKET_NAME: "flies" });
  const { stdout } = await endOfCli(place, ["doctor", "--json"]);
  const { findings }: { findings: { id: string; fix: { text: string }[] }[] } = JSON.parse(stdout);
  const fixes = findings.filter(({ id }) => id === "bucket-missing").flatMap(({ fix }) => fix.map(({ text }) => text));
  expect(fixes).toContain("NEXT_AWS_BUCKET_NAME=the-bucket");
});
