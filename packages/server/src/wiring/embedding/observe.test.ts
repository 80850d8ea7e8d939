import { expect, it } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { createPlace, open, optionsAt } from "./testing/embedding.ts";

/** A probe on a busy machine can take longer than a second, and then counts as failed. */
const BUSY = { timeout: 20_000 };

it("the call health reports `ready` while the database and the bucket work", async () => {
  const { files } = await open(await createPlace(sqlite));
  const checks = { database: "up", bucket: "up" };
  await expect.poll(files.health, BUSY).toEqual({ status: "ready", detail: undefined, checks });
});

it("the call health reports `degraded` while the bucket is down", async () => {
  const place = await createPlace(sqlite);
  const { files } = await open({ ...place, server: { ...place.server, endpoint: "http://127.0.0.1:9" } });
  await expect.poll(files.health, BUSY).toMatchObject({
    status: "degraded",
    detail: expect.stringContaining("Down: bucket"),
    checks: { database: "up", bucket: "down" },
  });
});

it.each([
  [
    "a missing bucket",
    { name: "missing" },
    "there is no such bucket: check bucket.name, bucket.region and bucket.endpoint",
  ],
  [
    "an unknown key",
    { credentials: { accessKeyId: "AKIDWRONG", secretAccessKey: "wrong" } },
    "the access key is unknown: check bucket.credentials.accessKeyId, or the role",
  ],
])("the call health and the first warning in the log give the reason for %s", async (_, wrong, reason) => {
  const place = await createPlace(sqlite);
  const bucket = { ...optionsAt(place).bucket, ...wrong };
  const { files, log } = await open(place, { bucket });
  await expect.poll(files.health, BUSY).toMatchObject({ detail: `Down: bucket (${reason}).` });
  await expect.poll(log, BUSY).toContain(reason);
  expect(
    log()
      .split("\n")
      .find((line) => line.includes('"level":40')),
  ).toContain(reason);
});

it("the error about an unreachable PostgreSQL names the option `database`", async () => {
  const database = "postgres://postgres@127.0.0.1:1/files";
  const opened = open({ ...(await createPlace(sqlite)), database });
  await expect(opened).rejects.toThrow("can't be reached. Start it, or correct the option database.");
});

it("the metrics of an embedded service cover uploads and queues, but not the process", async () => {
  const { files, as } = await open(await createPlace(sqlite));
  await as("ann").upload("/invoice/42");
  const text = await files.metrics();
  expect(text).toContain('valetkey_uploads_ended_total{outcome="ready"} 1');
  expect(text).toContain("valetkey_deletions_due 0");
  expect(text).not.toContain("process_cpu");
  await as("ann").upload("/invoice/42");
  expect(await files.metrics()).toContain('valetkey_uploads_ended_total{outcome="ready"} 2');
});
