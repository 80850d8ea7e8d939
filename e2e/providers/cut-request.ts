import { request } from "node:http";

/** A PUT whose connection breaks after this many bytes of its body; resolves when it is broken. */
export async function putUntil(
  { url, headers }: { url: string; headers: Record<string, string> },
  { body, bytes }: { body: Buffer; bytes: number },
): Promise<void> {
  const put = request(url, { method: "PUT", headers: { ...headers, "content-length": String(body.length) } });
  const closed = new Promise((resolve) => put.once("close", resolve));
  // What a broken connection is called differs, and whether the server still answered.
  put.on("error", () => undefined);
  put.on("response", (response) => response.resume());
  await new Promise<void>((resolve) => put.write(body.subarray(0, bytes), () => resolve()));
  put.destroy();
  await closed;
}
