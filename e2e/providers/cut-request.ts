import { request } from "node:http";

/** Sends a PUT, and closes its connection after this many bytes of the body. */
export async function putUntil(
  { url, headers }: { url: string; headers: Record<string, string> },
  { body, bytes }: { body: Buffer; bytes: number },
): Promise<void> {
  const put = request(url, { method: "PUT", headers: { ...headers, "content-length": String(body.length) } });
  const closed = new Promise((resolve) => put.once("close", resolve));
  // Ignores the error, because it varies. The server may also respond before the connection is closed.
  put.on("error", () => undefined);
  put.on("response", (response) => response.resume());
  await new Promise<void>((resolve) => put.write(body.subarray(0, bytes), () => resolve()));
  put.destroy();
  await closed;
}
