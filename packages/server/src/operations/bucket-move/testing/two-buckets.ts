import { PutObjectCommand } from "@aws-sdk/client-s3";
import { v7 as uuidv7 } from "uuid";
import { attachmentQueries } from "../../../features/attachments/queries.ts";
import { joinBuckets } from "../../../platform/bucket/numbered.ts";
import type { Bucket } from "../../../platform/bucket/port.ts";
import { bucketOn, startEmbedded } from "../../../platform/bucket/testing/bucket-server.ts";
import { defaultLimits } from "../../../platform/config/limits.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { TestEngine } from "../../../testing/database/test-databases.ts";
import { fileForm } from "../../../testing/form.ts";
import { startService } from "../../../testing/service.ts";
import { type MoveOptions, moveBucket } from "../move.ts";

const PLACES = { 1: "old", 2: "new" };

/** Describes a bucket in the settings, as a start of the service compares it with the database. */
export const settingsOf = (number: number, place: string) => ({ number, place, title: `The bucket ${place}` });

export type TwoBuckets = Awaited<ReturnType<typeof startTwoBuckets>>;

/** Starts a service with two buckets. Bucket 1 has the key prefix `old/`. Bucket 2 is on the server `other`, with the key prefix `new/`. */
export async function startTwoBuckets(engine: TestEngine) {
  let uploadsTo = 1;
  let joined: Bucket | undefined;
  const other = await startEmbedded();
  const service = await startService({
    ...{ engine, keyPrefix: "old/" },
    // A file above 1 MiB needs a multipart upload.
    limits: { uploadMaxBytes: 2 ** 24, singlePutMaxBytes: 2 ** 20 },
    wrap: {
      bucket(first) {
        const second = bucketOn(other, { keyPrefix: "new/" });
        const buckets = [
          { number: 1, bucket: first, keyPrefix: "old/" },
          { number: 2, bucket: second, keyPrefix: "new/" },
        ] as const;
        joined = joinBuckets([...buckets], { numberForUploads: () => uploadsTo });
        return joined;
      },
    },
  });
  const bucket = joined as unknown as Bucket;
  const ann = service.as("ann");
  const noteId: string = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  const keyOf = async (id: string) => (await attachmentQueries(service.db).find(id))?.objectKey ?? "none";
  const depsWith = (changes: Partial<Bucket> = {}) =>
    ({
      ...{ db: service.db, bucket: { ...bucket, ...changes }, clock: service.now, newId: uuidv7 },
      limits: defaultLimits(),
      onDeletionsQueued: () => undefined,
    }) as unknown as Deps;
  const refresh = async () => {
    uploadsTo = 2;
  };
  return {
    ...{ service, other, bucket, ann, noteId, keyOf, depsWith },
    async attach(content = "hello"): Promise<{ id: string; objectKey: string }> {
      const { body } = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });
      return { id: body.id, objectKey: await keyOf(body.id) };
    },
    /** Moves all files to bucket 2. `changes`: functions that replace those of the buckets during the move. */
    move(given: Partial<MoveOptions> = {}, changes: Partial<Bucket> = {}) {
      return moveBucket(depsWith(changes), {
        ...{ from: 1, to: 2, places: PLACES, adopted: false, atOnce: 4, seenMs: 0, refresh },
        ...{ onProgress: () => undefined, onFailure: () => undefined, onWait: () => undefined },
        ...given,
      });
    },
    /** Writes an object to bucket 1 without the service. */
    putBehind: (Key: string, Body: string) =>
      service.bucketContents.s3.send(new PutObjectCommand({ Bucket: service.bucketServer.bucket, Key, Body })),
    async download(id: string): Promise<string> {
      const { body } = await ann.send(`GET /attachments/${id}/url`);
      return fetch(body.fileUrl).then((response) => response.text());
    },
    async close() {
      await service.close();
      await this.other.stop();
    },
  };
}
