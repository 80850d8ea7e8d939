import { ValetKeyError } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { queryClient } from "../../service/queries.ts";

/** An address of a file, how long it works, and since when: on a clock that nobody sets, and on one that goes on while the machine sleeps. */
type LiveUrl = { url: string; lifeMs: number; askedAt: Instant };
type Instant = { ticks: number; time: number };

const now = (): Instant => ({ ticks: performance.now(), time: Date.now() });

/** The age by the clock that makes more of it. Milliseconds. */
function ageOf({ askedAt }: LiveUrl): number {
  const { ticks, time } = now();
  return Math.max(ticks - askedAt.ticks, time - askedAt.time);
}

/** The share of its life in which an address is handed out again; what is left is for the way to the bucket. */
const GOOD_FOR = 0.9;

const urlQuery = (attachmentId: string) =>
  ({
    queryKey: ["file-url", attachmentId],
    async queryFn(): Promise<LiveUrl> {
      // Its life begins after this moment, so it is never thought longer than it is.
      const askedAt = now();
      const { fileUrl, expiresIn } = await client.urlFor(attachmentId, { disposition: "inline" });
      return { url: fileUrl, lifeMs: expiresIn * 1000, askedAt };
    },
  }) as const;

/** An address to show the file in place: the last one while it is good, else a new one. Throws what the service says. */
export async function liveUrl(attachmentId: string): Promise<string> {
  const query = urlQuery(attachmentId);
  const known = queryClient.getQueryData<LiveUrl>(query.queryKey);
  const isGood = known !== undefined && ageOf(known) < known.lifeMs * GOOD_FOR;
  // Whoever asks at the same time gets the same one.
  const { url } = await queryClient.fetchQuery({ ...query, staleTime: isGood ? Number.POSITIVE_INFINITY : 0 });
  return url;
}

/** Gives up an address that the bucket refuses; another one that came meanwhile stays. */
export function giveUp(attachmentId: string, url: string): void {
  const { queryKey } = urlQuery(attachmentId);
  if (queryClient.getQueryData<LiveUrl>(queryKey)?.url === url) queryClient.removeQueries({ queryKey, exact: true });
}

/** Whether the address has come to its end. */
export function isOver(attachmentId: string, url: string): boolean {
  const known = queryClient.getQueryData<LiveUrl>(urlQuery(attachmentId).queryKey);
  return known?.url !== url || ageOf(known) >= known.lifeMs;
}

type Range = {
  from: number;
  /** The first byte that is not asked for. */
  to: number;
  signal?: AbortSignal;
};

/** Reads a part of the file; an address that the bucket refuses is replaced once. Throws ValetKeyError. */
export async function readRange(attachmentId: string, { from, to, signal }: Range): Promise<Uint8Array<ArrayBuffer>> {
  for (let isSecond = false; ; isSecond = true) {
    const url = await liveUrl(attachmentId);
    const response = await get(url, { from, to, ...(signal !== undefined && { signal }) });
    const { status } = response;
    if (status === 206) return bytesOf(response);
    if (status === 200) return (await bytesOf(response)).subarray(from, to);
    await response.body?.cancel();
    if (status === 403 && !isSecond) {
      giveUp(attachmentId, url);
      continue;
    }
    if (status === 404) throw new ValetKeyError("attachment_not_found", "The bucket has no such file.", { status });
    const code = status >= 500 || status === 429 ? "bucket_unavailable" : "bucket_refused";
    throw new ValetKeyError(code, `The bucket answered ${status}.`, { status });
  }
}

async function get(url: string, { from, to, signal }: Range): Promise<Response> {
  try {
    return await fetch(url, {
      credentials: "omit",
      headers: { range: `bytes=${from}-${to - 1}` },
      ...(signal !== undefined && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ValetKeyError("network", "The bucket gave no answer.", { cause });
  }
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new ValetKeyError("network", "The line to the bucket broke.", { cause });
  }
}
