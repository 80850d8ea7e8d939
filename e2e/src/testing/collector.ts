import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type CollectedSpan, spansOf } from "./otlp.ts";

/** A simulated OpenTelemetry collector, which accepts OTLP over HTTP, encoded as protobuf. */
export type Collector = {
  url: string;
  /** Returns the bodies of all received exports. */
  received(): Buffer;
  /** Returns the request headers of the last export. */
  headers(): Record<string, string | string[] | undefined>;
  spans(): CollectedSpan[];
  close(): Promise<void>;
};

/** Starts a collector. With `respond: false`, the collector accepts connections but never responds. */
export async function startCollector({ respond = true } = {}): Promise<Collector> {
  const bodies: Buffer[] = [];
  let headers: Record<string, string | string[] | undefined> = {};
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (!respond) return;
    const isExport = request.method === "POST" && request.url === "/v1/traces";
    if (!isExport || request.headers["content-type"] !== "application/x-protobuf") {
      response.writeHead(404).end();
      return;
    }
    headers = request.headers;
    bodies.push(body);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => Buffer.concat(bodies),
    headers: () => headers,
    spans: () => bodies.flatMap(spansOf),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
