import { memoryStore, openFiles } from "@valetkey/client";
import { createPresigner } from "@valetkey/presign";
import { invoice, runChecks } from "./checks.ts";

const BYTES = 70 * 2 ** 20;

/** Runs the checks of an embedding and the checks of this file inside of the Worker. The response contains the failures. */
export default {
  async fetch(request) {
    const { routes, bucket } = await request.json();
    return Response.json(await runChecks(routes, checksOfWorkers(bucket)));
  },
};

const checksOfWorkers = (bucket) => [
  {
    name: "stream: a multipart upload of a source without a Blob, and the download of its bytes",
    async run(routes) {
      const files = openFiles({ baseUrl: routes, fetch: asAnn, store: memoryStore(), previews: false });
      const { id } = await files.upload(invoice, zeros(BYTES), { filename: "zeros.bin" }).done;
      const { stream } = await files.download(id);
      let sizeBytes = 0;
      for await (const chunk of stream) sizeBytes += chunk.length;
      if (sizeBytes !== BYTES) throw new Error(`got ${sizeBytes} bytes`);
    },
  },
  {
    name: "presign: a signed PUT stores an object, and a signed GET returns the object",
    async run() {
      const { name, credentials, ...target } = bucket;
      const presigner = createPresigner({ bucket: name, ...target });
      const options = { key: "worker.txt", credentials, expiresInSeconds: 60, now: Date.now() };
      const put = await fetch(presigner.presignPut(options).url, { method: "PUT", body: "from a Worker" });
      const got = await fetch(presigner.presignGet(options).url);
      const text = await got.text();
      if (put.status !== 200 || text !== "from a Worker") throw new Error(`got ${put.status}, ${got.status} ${text}`);
    },
  },
];

const asAnn = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, "x-user": "ann" } });

/** A source of zeros that is never in memory as a whole, like an object of another service. */
const zeros = (size) => ({
  size,
  type: "application/octet-stream",
  slice: (start, end) => zeros(Math.min(end, size) - start),
  arrayBuffer: async () => new ArrayBuffer(size),
});
