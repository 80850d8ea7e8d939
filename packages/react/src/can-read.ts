import { ValetKeyError } from "@valetkey/client";

/** Requests one byte, and returns whether the bucket accepts the URL. Throws `network`, `bucket_unavailable` and `attachment_not_found`. */
export async function canRead(url: string, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await getByte(url, signal);
  await body?.cancel();
  if (status === 404) throw new ValetKeyError("attachment_not_found", "The bucket has no such file.", { status });
  if (status >= 500 || status === 429) {
    throw new ValetKeyError("bucket_unavailable", `The bucket returned ${status}.`, { status });
  }
  return status !== 403;
}

async function getByte(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { credentials: "omit", headers: { range: "bytes=0-0" }, signal });
  } catch (cause) {
    throw new ValetKeyError("network", "The bucket did not respond.", { cause });
  }
}
