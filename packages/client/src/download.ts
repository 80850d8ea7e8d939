import type { Call } from "./call.ts";
import { isRetryable, networkError, retryDelayMs, ValetKeyError } from "./errors.ts";
import { detectPlatform, type Platform } from "./platform.ts";
import type { Attachment, FileUrl } from "./wire.ts";

export type Bytes = {
  /** Reads bytes from the network only when the caller reads from the stream. If the download fails, the stream throws a ValetKeyError. */
  stream: ReadableStream<Uint8Array>;
  /** Reads the whole file into memory. */
  blob(): Promise<Blob>;
};

/** A download whose bytes are arriving. */
export type Download = Bytes & { attachment: Attachment };

type BucketDeps = { fetch: typeof globalThis.fetch; platform: Platform };
type Deps = BucketDeps & { call: Call };

/** A download fails after six requests in a row without a received byte. */
const MAX_ATTEMPTS = 6;
/** A download treats its connection as broken if no byte arrives for 60 seconds. */
const STALL_MS = 60_000;

const WHAT = "A download from the bucket";

/**
 * Starts a download of a file from the bucket. `path`: the path of the file in the API of the service.
 *
 * Replaces an expired URL by a new URL, for which the service checks the access again. After a broken connection, resumes at the next byte.
 * Compares the number of received bytes with the verified size of the file. Throws `attachment_not_found`, `access_denied`,
 * `attachment_not_ready`, `wrong_length`, `bucket_refused`, `bucket_unavailable`, `network`, `aborted`.
 */
export async function download(
  deps: Deps,
  options: { path: string; fileUrl: string | undefined; signal: AbortSignal | undefined },
): Promise<Download> {
  const { path, fileUrl, signal } = options;
  const attachment = await deps.call<Attachment>("GET", path, { signal });
  const getUrl = createUrls(deps, { path, fileUrl, signal });
  const stream = await openStream(deps, { getUrl, sizeBytes: attachment.sizeBytes, offset: 0, signal });
  return { attachment, stream, blob: () => new Response(stream).blob() };
}

export type ReadFileOptions = {
  /** Returns a URL of the file. The download calls `getUrl` before each request to the bucket. */
  getUrl: () => Promise<string>;
  sizeBytes: number;
  /** The offset of the first byte to read. Default: 0. */
  offset?: number;
  signal?: AbortSignal;
};

export function readFile({
  getUrl,
  sizeBytes,
  offset = 0,
  signal,
}: ReadFileOptions): Promise<ReadableStream<Uint8Array>> {
  const fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request);
  return openStream({ fetch, platform: detectPlatform({ fetch }) }, { getUrl, sizeBytes, offset, signal });
}

export async function openStream(deps: BucketDeps, source: Source): Promise<ReadableStream<Uint8Array>> {
  const chunks = readAll(deps, { source, first: await openPatiently(deps, source) });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: async () => void (await chunks.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

/** Sends the first request of a download, with retries. A browser may report a network connection while requests still fail. */
async function openPatiently(deps: BucketDeps, source: Source): Promise<Response> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await open(deps, source);
    } catch (error) {
      if (failures === MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await pause(deps, { error, failures, signal: source.signal });
    }
  }
}

function pause(
  { platform }: BucketDeps,
  { error, failures, signal }: { error: unknown; failures: number; signal: AbortSignal | undefined },
): Promise<void> {
  const retryAfterSeconds = error instanceof ValetKeyError ? error.retryAfterSeconds : undefined;
  const delayMs = retryDelayMs(platform, { failures, retryAfterSeconds });
  return platform.sleep(delayMs, signal ?? new AbortController().signal);
}

type Source = { getUrl: () => Promise<string>; sizeBytes: number; offset: number; signal: AbortSignal | undefined };

/**
 * Makes a function that returns URLs of a file. The first call returns `fileUrl`, or a new URL without `fileUrl`. Each later call returns a
 * new URL, which the audit log records as a renewal.
 */
function createUrls(
  { call }: Deps,
  options: { path: string; fileUrl: string | undefined; signal: AbortSignal | undefined },
) {
  const { path, fileUrl, signal } = options;
  let uses = 0;
  return async (): Promise<string> => {
    const isFirst = uses === 0;
    uses += 1;
    if (isFirst && fileUrl !== undefined) return fileUrl;
    const query = isFirst ? {} : { purpose: "renewal" };
    return (await call<FileUrl>("GET", `${path}/url`, { query, signal })).fileUrl;
  };
}

async function* readAll(deps: BucketDeps, { source, first }: { source: Source; first: Response }) {
  const { sizeBytes, signal } = source;
  let response: Response | undefined = first;
  let { offset } = source;
  for (let failures = 0; ; ) {
    try {
      response ??= await open(deps, { ...source, offset });
      for await (const chunk of chunksOf(response, signal)) {
        offset += chunk.length;
        failures = 0;
        if (offset > sizeBytes) throw wrongLength(offset, sizeBytes);
        yield chunk;
      }
      if (offset === sizeBytes) return;
      throw wrongLength(offset, sizeBytes);
    } catch (error) {
      const isShort = error instanceof ValetKeyError && error.code === "wrong_length" && offset < sizeBytes;
      failures += 1;
      if (failures === MAX_ATTEMPTS || !(isShort || isRetryable(error))) throw error;
      response = undefined;
      await pause(deps, { error, failures, signal });
    }
  }
}

async function* chunksOf({ body }: Response, signal: AbortSignal | undefined) {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await withinMs(reader.read(), STALL_MS);
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw networkError(cause, { signal, what: WHAT });
  } finally {
    // If the caller stopped reading early, this call ends the response.
    await reader.cancel().catch(() => undefined);
  }
}

/** Rejects if the next bytes do not arrive within the time limit. The time in which the caller processes bytes does not count. */
function withinMs<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing arrived for ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Requests the bytes of a file from `offset` on. If the bucket refuses the first URL, tries a second URL. */
async function open(deps: BucketDeps, { getUrl, signal, offset, sizeBytes }: Source): Promise<Response> {
  for (let isSecond = false; ; isSecond = true) {
    const response = await get(deps, { url: await getUrl(), offset, signal });
    const { status } = response;
    const length = response.headers.get("content-length");
    if (status === 206 || (status === 200 && offset === 0)) {
      if (length === null || Number(length) === sizeBytes - offset) return response;
    }
    await response.body?.cancel();
    if (status === 403 && !isSecond) continue;
    if (status < 300) throw wrongLength(offset + Number(length), sizeBytes);
    if (status >= 500 || status === 429) {
      throw new ValetKeyError("bucket_unavailable", `The bucket returned ${status}.`, { status });
    }
    throw new ValetKeyError("bucket_refused", `The bucket refused the download: ${status}.`, { status });
  }
}

async function get({ fetch }: BucketDeps, options: { url: string; offset: number; signal: AbortSignal | undefined }) {
  const { url, offset, signal } = options;
  try {
    return await fetch(url, {
      credentials: "omit",
      ...(offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    throw networkError(cause, { signal, what: WHAT });
  }
}

function wrongLength(actual: number, expected: number): ValetKeyError {
  return new ValetKeyError("wrong_length", `The download has ${actual} bytes, but the file has ${expected}.`);
}
