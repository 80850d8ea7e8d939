import { isRetryable, retryDelayMs, type ValetKeyError } from "../errors.ts";
import { sendWithFetch } from "../send-bytes.ts";
import { toError } from "../upload/lines.ts";
import type { PreviewedUpload } from "../upload/previewed-upload.ts";
import { createPauseGate, createRetry } from "../upload/retry.ts";
import { sendPiece } from "../upload/send-piece.ts";
import type { CompletedPreviews, StartedPreviews } from "../wire.ts";
import type { MadePreview, PreviewDeps } from "./preview.ts";

/** The service accepts at most 100 previews in one request. */
const MAX_BATCH = 100;
/** The maximum bytes of a batch. The URLs of a batch are valid for minutes, which must be enough on a slow connection. */
const MAX_BATCH_BYTES = 4_000_000;
/** Previews wait for this time for more previews, so that several previews share a request. */
const GATHER_MS = 5_000;
/** The service accepts the previews of a file until one hour after the upload of the file. */
const GIVE_UP_MS = 3_600_000;
const RESPONSE_MS = 60_000;
const MAX_TRIES = 5;
const PARALLEL = 2;

type Waiting = MadePreview & { upload: PreviewedUpload; value: string; tries: number };

type Named = Waiting & { attachmentId: string };

type Started = Partial<StartedPreviews["previews"][number]>;

/** Gathers previews, and sends them in batches, one batch at a time. Silently drops a preview that the service refuses. */
export function createPreviewSender({ call, fetch, platform }: PreviewDeps) {
  let waiting: Waiting[] = [];
  let isSending = false;
  /** The number of waiting previews to send now. Later previews wait for more previews. */
  let due = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const signal = new AbortController().signal;
  const retry = createRetry({
    platform,
    gate: createPauseGate(),
    signal,
    giveUpAfterMs: GIVE_UP_MS,
    onWaiting: () => undefined,
  });
  // The low priority makes browsers send the files before the previews.
  const send = sendWithFetch((url, init) => fetch(url, { ...init, priority: "low" } as RequestInit), {
    canStream: false,
  });

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    due = waiting.length;
    void run();
  }

  async function run(): Promise<void> {
    if (isSending) return;
    isSending = true;
    while (due > 0) {
      const batch = takeBatch();
      due -= batch.length;
      await sendBatch(batch).catch(() => undefined);
    }
    isSending = false;
  }

  /**
   * Takes waiting previews that have the same name and the same path. All small previews go first, because lists of files show small
   * previews.
   */
  function takeBatch(): Waiting[] {
    const first = waiting.find(({ name }) => name === "small") ?? waiting[0];
    const batch: Waiting[] = [];
    let bytes = 0;
    for (const preview of waiting) {
      if (preview.name !== first?.name || preview.upload.path !== first.upload.path) continue;
      bytes += preview.bytes.size;
      if (batch.length === MAX_BATCH || (batch.length > 0 && bytes > MAX_BATCH_BYTES)) break;
      batch.push(preview);
    }
    waiting = waiting.filter((preview) => !batch.includes(preview));
    return batch;
  }

  async function sendBatch(batch: readonly Waiting[]): Promise<void> {
    const named = batch.flatMap((preview) => {
      const attachmentId = preview.upload.attachmentId();
      return attachmentId === undefined || preview.upload.signal.aborted ? [] : [{ ...preview, attachmentId }];
    });
    const [first] = named;
    if (first === undefined) return;
    const { path } = first.upload;
    const { previews: started } = await post<StartedPreviews>(path, named.map(describe));
    const queue = named.entries();
    const stored: Named[] = [];
    const work = async () => {
      for (const [index, preview] of queue) if (await put(preview, started[index])) stored.push(preview);
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    if (stored.length > 0) await confirm(path, stored);
  }

  /** Uploads a preview. Returns whether the bucket stored the preview. */
  async function put(preview: Waiting, { upload: request, problem }: Started = {}): Promise<boolean> {
    if (problem !== undefined) await again(preview, toError(problem));
    if (request === undefined) return false;
    const piece = { request, bytes: preview.bytes, onSent: () => undefined };
    try {
      const outcome = await retry((attempt) =>
        sendPiece({ platform: { ...platform, send } }, { ...piece, signal: attempt }),
      );
      return outcome !== "expired";
    } catch {
      return false;
    }
  }

  async function confirm(path: string, stored: readonly Named[]): Promise<void> {
    const ids = stored.map(({ attachmentId, name }) => ({ attachmentId, name }));
    const { previews } = await post<CompletedPreviews>(`${path}/complete`, ids);
    for (const [index, { upload, attachmentId }] of stored.entries()) {
      const preview = previews[index]?.preview;
      if (preview !== undefined) upload.onPreview?.(preview, attachmentId);
    }
  }

  function post<Response>(path: string, previews: readonly unknown[]): Promise<Response> {
    return retry(() => call<Response>("POST", path, { body: { previews }, signal: AbortSignal.timeout(RESPONSE_MS) }));
  }

  /** Puts a preview back into the queue if the service had a temporary problem. */
  async function again(preview: Waiting, error: ValetKeyError): Promise<void> {
    const tries = preview.tries + 1;
    if (!isRetryable(error) || tries === MAX_TRIES) return;
    await platform.sleep(
      retryDelayMs(platform, { failures: tries, retryAfterSeconds: error.retryAfterSeconds }),
      signal,
    );
    waiting.push({ ...preview, tries });
    due += 1;
  }

  return {
    async add(upload: PreviewedUpload, preview: MadePreview): Promise<void> {
      const value = await platform.sha256?.(await preview.bytes.arrayBuffer());
      if (value === undefined) return;
      waiting.push({ ...preview, upload, value, tries: 0 });
      if (waiting.length >= MAX_BATCH) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    flush,
  };
}

function describe({ attachmentId, name, bytes, value }: Named) {
  const checksum = { algorithm: "SHA256", value };
  return { attachmentId, name, sizeBytes: bytes.size, checksum, contentType: bytes.type };
}
