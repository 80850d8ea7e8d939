// The process of the load generator. The load generator receives orders over IPC, and returns results over IPC.

import { connect, type Socket } from "node:net";
import { createSource, type WorkloadName } from "./calls.ts";
import type { Drive, LoadResult, Order } from "./load-generator.ts";
import { createWorkload, type Workload } from "./workload.ts";

const source = await createSource();
const workloads = new Map<WorkloadName, Workload>();

process.on("message", ({ isPreparation, ...turn }: Order) => {
  (isPreparation ? prepare(turn) : run(turn)).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.("ready");

function workloadOf({ workload: name }: Drive): Workload {
  const workload = workloads.get(name) ?? createWorkload(name, source);
  workloads.set(name, workload);
  return workload;
}

async function prepare(turn: Drive): Promise<"prepared"> {
  await workloadOf(turn).prepare?.(turn);
  return "prepared";
}

async function run(turn: Drive): Promise<LoadResult> {
  const { port, seconds, connections } = turn;
  const workload = workloadOf(turn);
  const latencies: number[] = [];
  const responses: Record<number, number> = {};
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const nextRequest = () => (performance.now() < endsAt ? workload.next(turn) : undefined);
  const onResponse = (status: number, milliseconds: number) => {
    latencies.push(milliseconds);
    responses[status] = (responses[status] ?? 0) + 1;
  };
  // Each connection waits for its last response, so that each URL in the audit log belongs to a counted response.
  await Promise.all(Array.from({ length: connections }, () => driveConnection({ port, nextRequest, onResponse })));
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sorted = Float64Array.from(latencies).sort();
  return {
    responses,
    requestsPerSecond: sorted.length / elapsedSeconds,
    p50Milliseconds: quantile(sorted, 0.5),
    p99Milliseconds: quantile(sorted, 0.99),
    generatorCpuShare: (user + system) / 1e6 / elapsedSeconds,
  };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

type ConnectionOptions = {
  port: number;
  /** Returns the next request as bytes, or undefined at the end of the turn. */
  nextRequest(): Buffer | undefined;
  onResponse(status: number, milliseconds: number): void;
};

const RECEIVE_BYTES = 128 * 1024;
const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * Sends requests on one keep-alive connection, one at a time. Resolves after the response to the last request.
 *
 * Reads only the status and the length of a response. A full HTTP parser would use CPU time that the measured server needs.
 */
function driveConnection(options: ConnectionOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = false;
    let sentAt = 0;
    const reader = createReader((status) => {
      options.onResponse(status, performance.now() - sentAt);
      send();
    });
    const socket: Socket = connect({
      port: options.port,
      host: "127.0.0.1",
      noDelay: true,
      // The socket reads all chunks into one buffer, and does not allocate a new buffer for each chunk.
      onread: {
        buffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
        callback: (length, buffer) => {
          try {
            reader((buffer as Buffer).subarray(0, length));
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    const send = () => {
      const request = options.nextRequest();
      if (request === undefined) {
        done = true;
        socket.end();
        return;
      }
      sentAt = performance.now();
      socket.write(request);
    };
    socket.once("connect", send);
    socket.once("error", reject);
    socket.once("close", () => (done ? resolve() : reject(new Error("The server closed a connection in use"))));
  });
}

/**
 * Returns a function that reads chunks, and calls `onResponse` with the status of each complete response. Throws for chunked bodies and
 * unexpected responses.
 */
function createReader(onResponse: (status: number) => void): (chunk: Buffer) => void {
  let status = 0;
  let missingBytes = 0;
  let partialHead: Buffer | undefined;
  return (received) => {
    let chunk = received;
    if (missingBytes === 0) {
      if (partialHead !== undefined) chunk = Buffer.concat([partialHead, chunk]);
      const headEnd = chunk.indexOf(HEAD_END);
      if (headEnd === -1) {
        partialHead = Buffer.from(chunk);
        return;
      }
      partialHead = undefined;
      const head = chunk.toString("latin1", 0, headEnd + 2);
      status = Number(head.slice(9, 12));
      missingBytes = headEnd + HEAD_END.length + contentLength(head);
    }
    missingBytes -= chunk.length;
    if (missingBytes < 0) throw new Error("The server sent more than the expected response");
    if (missingBytes === 0) onResponse(status);
  };
}

function contentLength(head: string): number {
  // node:http writes the header name Content-Length with capital letters, but some frameworks write it in lower case.
  let start = head.indexOf("Content-Length: ");
  if (start === -1) start = head.indexOf("content-length: ");
  if (start === -1) throw new Error(`A response without Content-Length:\n${head}`);
  return Number(head.slice(start + 16, head.indexOf("\r\n", start)));
}
