import { createServer, type IncomingHttpHeaders } from "node:http";
import { forward, listen } from "../../testing/forward.ts";
import { freePort } from "../../testing/free-port.ts";

export type BucketRequest = { method: string; url: string; headers: IncomingHttpHeaders };

export type BucketRecorder = {
  /** The settings of a service whose built-in bucket browsers can reach only through the recorder. */
  env: Record<string, string>;
  requests: BucketRequest[];
  stop(): void;
};

/** Starts a proxy that records the requests of browsers to the built-in bucket, and forwards them unchanged. */
export async function recordBucket(): Promise<BucketRecorder> {
  const requests: BucketRequest[] = [];
  const port = await freePort("127.0.0.1");
  const proxy = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    requests.push({ method, url, headers });
    forward({ incoming, outgoing }, { target: `http://127.0.0.1:${port}` });
  });
  const proxyPort = await listen(proxy);
  return {
    // Another host than the host of the service, because browsers send the cookies of the service to every port of its host.
    env: {
      S3_LOCAL_PORT: String(port),
      S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${proxyPort}`,
    },
    requests,
    stop: () => void proxy.close(),
  };
}
