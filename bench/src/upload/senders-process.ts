import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { createClient } from "@valetkey/client";
import { openFile } from "@valetkey/client/node";
import { settings } from "../rig/settings.ts";
import { names } from "./throughput.ts";

/**
 * One of the compared upload clients. `send`: uploads a file from the disk, and returns a function that deletes its object from the bucket.
 */
type Sender = { name: string; send(path: string): Promise<() => Promise<unknown>> };

type Options = { endpoint: string; service: { url: string; token: string; noteId: string } };

/** The client and lib-storage send parts of 8 MiB, four parts at a time. The service chooses this part size. */
const PART_BYTES = 8 * 2 ** 20;
const PARALLEL = 4;

/** Creates the senders: the client with all steps (start, parts, verification), and the AWS SDK with the access key of the bucket. */
function createSenders({ endpoint, service }: Options): Sender[] {
  const client = createClient({ baseUrl: service.url, token: service.token });
  const { accessKeyId, secretAccessKey, region } = settings;
  const common = { endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } };
  const usual = new S3Client(common);
  const plain = new S3Client({ ...common, requestChecksumCalculation: "WHEN_REQUIRED" });
  return [
    {
      name: names[0],
      async send(path) {
        const { id } = await client.upload(service.noteId, await openFile(path)).done;
        return async () => {
          await client.attachments.remove(id);
          await client.trash.remove({ attachmentId: id });
        };
      },
    },
    { name: names[1], send: inParts(usual) },
    { name: names[2], send: inParts(plain) },
    { name: names[3], send: inOne(usual) },
    { name: names[4], send: inOne(plain) },
  ];
}

let uploads = 0;

function inParts(s3: S3Client): Sender["send"] {
  return async (path) => {
    const place = { Bucket: settings.bucket, Key: `lib-storage-${uploads++}` };
    const params = { ...place, Body: createReadStream(path, { highWaterMark: 2 ** 20 }) };
    await new Upload({ client: s3, params, partSize: PART_BYTES, queueSize: PARALLEL }).done();
    return () => s3.send(new DeleteObjectCommand(place));
  };
}

function inOne(s3: S3Client): Sender["send"] {
  return async (path) => {
    const place = { Bucket: settings.bucket, Key: `put-${uploads++}` };
    const body = { Body: createReadStream(path, { highWaterMark: 2 ** 20 }), ContentLength: (await stat(path)).size };
    await s3.send(new PutObjectCommand({ ...place, ...body }));
    return () => s3.send(new DeleteObjectCommand(place));
  };
}

// All upload clients (senders) take turns in this process. The process does nothing else, so its CPU time is the CPU time of the sender.
const senders = createSenders(JSON.parse(process.argv[2] as string));
process.on("message", async ({ name, path }: { name: string; path: string }) => {
  const sender = senders.find((each) => each.name === name);
  if (sender === undefined) throw new Error(`There is no sender ${name}`);
  const { user, system } = process.cpuUsage();
  const startedAt = performance.now();
  const remove = await sender.send(path);
  const seconds = (performance.now() - startedAt) / 1000;
  const spent = process.cpuUsage();
  await remove();
  process.send?.({ seconds, cpuSeconds: (spent.user + spent.system - user - system) / 1e6 });
});
process.once("disconnect", () => process.exit());
