import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { createPresigner, type Presigner, type PresignOptions } from "@valetkey/presign";
import { BUCKET, CREDENTIALS } from "./bucket.ts";

type RawResponse = {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
  code: string | undefined;
};

type RawRequest = {
  method: string;
  url: string;
  headers?: Record<string, string | string[]>;
  body?: Uint8Array | string;
};

/** Sends a request with exactly the given path, which `fetch` would normalise. */
export async function send({ method, url, headers = {}, body }: RawRequest): Promise<RawResponse> {
  const outgoing = open({ method, url, headers });
  outgoing.end(body);
  return receive(outgoing);
}

/** Starts a request. The caller must send the body of the request. */
export function open({ method, url, headers = {} }: RawRequest): ClientRequest {
  const [, host, port, path] = /^http:\/\/([^/:]+):(\d+)(.*)$/.exec(url) as unknown as [string, string, string, string];
  return request({ method, host, port, path, headers, agent: false });
}

export async function receive(outgoing: ClientRequest): Promise<RawResponse> {
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const body = Buffer.concat(await incoming.toArray());
  const code = /<Code>(\w+)<\/Code>/.exec(body.toString("latin1"))?.[1];
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body, code };
}

export async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(bytes, "latin1");
  return Buffer.concat(await socket.toArray()).toString("latin1");
}

export function presignerFor(endpoint: string, bucket = BUCKET): Presigner {
  return createPresigner({ bucket, region: "us-east-1", endpoint, forcePathStyle: true });
}

export function signing(key: string, headers: Record<string, string> = {}): PresignOptions {
  return { key, credentials: CREDENTIALS, expiresInSeconds: 60, now: Date.now(), headers };
}
