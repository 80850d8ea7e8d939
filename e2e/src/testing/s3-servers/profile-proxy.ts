import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { AbortMultipartUploadCommand, DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { BucketServer } from "../../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { forward, listen } from "../forward.ts";
import { type Call, isConditionalWrite, type Profile } from "./profiles.ts";

type Target = Pick<BucketServer, "endpoint" | "region" | "credentials" | "forcePathStyle">;
type Proxy = { endpoint: string; close(): void };
type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/**
 * Starts a proxy that makes an S3 server behave like the provider of the profile. The proxy forwards the path and the Host header
 * unchanged, so that signatures stay valid. With its own credentials, the proxy deletes objects and aborts uploads where the provider
 * would.
 */
export async function startProfile(profile: Profile, target: Target): Promise<Proxy> {
  const s3 = new S3Client(target);
  const server = createServer((incoming, outgoing) => {
    answer(incoming, { outgoing, profile, target, s3 }).catch(() => outgoing.destroy());
  });
  return {
    endpoint: `http://127.0.0.1:${await listen(server)}`,
    close() {
      server.close();
      server.closeAllConnections();
      s3.destroy();
    },
  };
}

type Exchange = { outgoing: ServerResponse; profile: Profile; target: Target; s3: S3Client };

async function answer(incoming: IncomingMessage, exchange: Exchange): Promise<void> {
  const { outgoing, profile, target } = exchange;
  const call = toCall(incoming);
  const refusal = profile.refusals?.find(({ matches }) => matches(call));
  if (refusal !== undefined) {
    for await (const _chunk of incoming);
    const body = `<Error><Code>${refusal.code}</Code><Message>${refusal.message}</Message></Error>`;
    outgoing.writeHead(refusal.status, { "content-type": "application/xml" });
    outgoing.end(call.method === "HEAD" ? undefined : body);
    return;
  }
  if (isConditionalWrite(call)) await sendConditional(incoming, { ...exchange, call });
  else forward({ incoming, outgoing }, { target: target.endpoint, change: (headers) => visible(headers, profile) });
}

function toCall({ method = "", url = "", headers }: IncomingMessage): Call {
  const { pathname, searchParams } = new URL(url, "http://bucket");
  return { method, query: searchParams, headers, hasKey: /^\/[^/]+\/./.test(pathname) };
}

/** Returns the bucket and the key in the path of a path-style URL. */
function objectOf({ url = "" }: IncomingMessage): { Bucket: string; Key: string } {
  const [, Bucket = "", ...key] = new URL(url, "http://bucket").pathname.split("/").map(decodeURIComponent);
  return { Bucket, Key: key.join("/") };
}

/** Reads the whole body before it forwards the request, so that it can forward the request again after a failed condition. */
async function sendConditional(incoming: IncomingMessage, exchange: Exchange & { call: Call }): Promise<void> {
  const { outgoing, profile, target, s3, call } = exchange;
  const body = await buffer(incoming);
  let answer = await sendWhole(incoming, { target, body });
  while (answer.status === 412 && profile.ignoresIfNoneMatch === true) {
    await s3.send(new DeleteObjectCommand(objectOf(incoming)));
    answer = await sendWhole(incoming, { target, body });
  }
  const uploadId = call.query.get("uploadId");
  if (answer.status === 412 && profile.abortsFailedCompletion === true && uploadId !== null) {
    await s3.send(new AbortMultipartUploadCommand({ ...objectOf(incoming), UploadId: uploadId }));
  }
  outgoing.writeHead(answer.status, visible(answer.headers, profile));
  outgoing.end(answer.body);
}

async function sendWhole(
  incoming: IncomingMessage,
  { target, body }: { target: Target; body: Buffer },
): Promise<Answer> {
  const { hostname, port } = new URL(target.endpoint);
  const { method, url: path, headers } = incoming;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = httpRequest({ hostname, port, method, path, headers, agent: false }, resolve);
    onward.on("error", reject);
    onward.end(body);
  });
  return { status: response.statusCode ?? 502, headers: response.headers, body: await buffer(response) };
}

function visible(headers: IncomingHttpHeaders, { omittedHeaders = [] }: Profile): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !omittedHeaders.includes(name)));
}
