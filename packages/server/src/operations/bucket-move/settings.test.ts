import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { objectDeletionQueries } from "../../features/storage/queries.ts";
import { requireSettingsOfBuckets } from "../../features/storage/upload-bucket.ts";
import { joinBuckets } from "../../platform/bucket/numbered.ts";
import { bucketOn, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { problemsOfTarget } from "./check-target.ts";
import { settingsOf, startTwoBuckets, type TwoBuckets } from "./testing/two-buckets.ts";

describe.each(engines)("the settings of a bucket move on $name", (engine) => {
  let stage: TwoBuckets;
  beforeEach(async () => {
    stage = await startTwoBuckets(engine);
  });
  afterEach(() => stage.close());

  it("the service does not start without the settings of a bucket that has files", async () => {
    const { id } = await stage.attach();
    await stage.move();
    const [one, two] = [settingsOf(1, "old"), settingsOf(2, "new")];
    const settings = { buckets: [one], forUploads: 2 };
    await expect(requireSettingsOfBuckets(stage.service.db, settings)).rejects.toThrow("New uploads go to bucket 2");
    await expect(requireSettingsOfBuckets(stage.service.db, { ...settings, forUploads: 1 })).rejects.toThrow(
      "The database has files in bucket 2",
    );
    await requireSettingsOfBuckets(stage.service.db, { buckets: [two, one], forUploads: 2 });
    await requireSettingsOfBuckets(stage.service.db, { buckets: [two], forUploads: 2 });
    const onlyOne = joinBuckets([{ number: 1, bucket: bucketOn(stage.service.bucketServer), keyPrefix: "" }], {
      numberForUploads: () => 2,
    });
    const objectKey = await stage.keyOf(id);
    expect(() => onlyOne.newObjectKey()).toThrow("This replica has no settings for bucket 2");
    await expect(onlyOne.head(objectKey)).rejects.toMatchObject({ code: "bucket_unavailable" });
    await expect(onlyOne.probe()).rejects.toMatchObject({ code: "bucket_unavailable" });
    expect(await onlyOne.delete([objectKey])).toEqual([]);
    expect(await objectDeletionQueries(stage.service.db).listDue(stage.service.now(), 10)).toEqual([]);
  });

  it("before the first bucket move, the bucket of the service must have the number 1", async () => {
    await requireSettingsOfBuckets(stage.service.db, { buckets: [settingsOf(2, "empty")], forUploads: 2 });
    await stage.attach();
    const buckets = [settingsOf(3, "old"), settingsOf(1, "new")];
    await expect(requireSettingsOfBuckets(stage.service.db, { buckets, forUploads: 3 })).rejects.toThrow(
      "The bucket old has the number 3 in the settings, but the files of the database are in bucket 1. Before a move,",
    );
  });

  it("the service refuses settings that give a bucket the number of another bucket", async () => {
    await stage.attach();
    await stage.move();
    const start = (...buckets: ReturnType<typeof settingsOf>[]) =>
      requireSettingsOfBuckets(stage.service.db, { buckets, forUploads: 2 });
    await expect(start(settingsOf(1, "new"), settingsOf(2, "old"))).rejects.toMatchObject({
      code: "bucket_unavailable",
      message: expect.stringContaining(
        "The bucket new is bucket 2, but the settings give it the number 1. Set S3_BUCKET_NUMBER=2.",
      ),
    });
    await expect(start(settingsOf(2, "new"), settingsOf(3, "old"))).rejects.toThrow("Set NEXT_S3_BUCKET_NUMBER=1.");
    await expect(start(settingsOf(1, "new"))).rejects.toThrow("Set S3_BUCKET_NUMBER=2.");
    // A bucket may get another name or endpoint.
    await start(settingsOf(2, "renamed"), settingsOf(1, "old"));
    await start(settingsOf(2, "new"), settingsOf(1, "another empty bucket"));
  });

  it("a bucket move requires a different, empty and writable bucket as its target", async () => {
    const asked = { from: 1, to: 2, bytes: 1, dataDir: undefined, isAlone: false };
    expect(await problemsOfTarget(stage.depsWith(), asked)).toEqual([]);
    await bucketOn(stage.other).store({
      ...{ objectKey: "new/readme", contentType: "text/plain" },
      ...{ body: Readable.from([Buffer.from("text")]), maxBytes: 9 },
    });
    expect(await problemsOfTarget(stage.depsWith(), asked)).toEqual([expect.stringContaining("is not empty")]);
    const same = joinBuckets(
      [
        { number: 1, bucket: bucketOn(stage.service.bucketServer), keyPrefix: "" },
        { number: 2, bucket: bucketOn(stage.service.bucketServer, { keyPrefix: "new/" }), keyPrefix: "new/" },
      ],
      { numberForUploads: () => 1 },
    );
    // The option --force ignores the returned problems, but not an error.
    await expect(problemsOfTarget(stage.depsWith(same), asked)).rejects.toThrow(
      "The new bucket is the old bucket itself",
    );
    await stage.other.stop();
    const unreadable = joinBuckets(
      [
        { number: 1, bucket: bucketOn(stage.other), keyPrefix: "" },
        { number: 2, bucket: bucketOn(stage.service.bucketServer, { keyPrefix: "new/" }), keyPrefix: "new/" },
      ],
      { numberForUploads: () => 1 },
    );
    expect(await problemsOfTarget(stage.depsWith(unreadable), { ...asked, isAlone: true })).toEqual([
      expect.stringMatching(
        /^The old bucket can't be read \(.*unknown whether the new bucket is the old bucket itself/,
      ),
    ]);
    expect(await problemsOfTarget(stage.depsWith(), asked)).toEqual([
      expect.stringMatching(/^The new bucket can't be written: .* check NEXT_S3_ENDPOINT/),
    ]);
    stage.other = await startEmbedded();
    const full = { ...asked, bytes: Number.MAX_SAFE_INTEGER, dataDir: import.meta.dirname, isAlone: true };
    expect(await problemsOfTarget(stage.depsWith(), full)).toContainEqual(expect.stringContaining("is too small"));
  });
});
