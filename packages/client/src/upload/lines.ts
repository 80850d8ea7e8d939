import type { Call } from "../call.ts";
import { aborted, ValetKeyError } from "../errors.ts";
import type { FileProblem } from "../wire.ts";

/**
 * The objects that all uploads of one client share. A line gathers requests for many files into batches. Slots limit how many files the
 * client sends at the same time.
 */
export type Lines = {
  /** Sends the request for one file alone, or in a batch if another request for the same `path` is running. */
  ask<Answer>(line: LineRequest<Answer>): Promise<Answer>;
  /** The slots for files whose uploads have started but not sent their last byte. */
  files: Slots;
  /** The slots for connections that send a file in a single PUT. */
  puts: Slots;
};

export type LineRequest<Answer> = {
  /** The path of batch requests. All files with the same path form one line. */
  path: string;
  /** The entry for the file in the body of a batch request. */
  item: unknown;
  /** The name of the list in the body of a batch request. */
  items: "uploads" | "uploadIds";
  /** Sends a request for this file only. */
  alone: () => Promise<Answer>;
  /** Reads the result for this file from the response to a batch request. Returns undefined if the service has no result yet. */
  read: (result: BatchResult) => Answer | undefined;
};

/** The result for one file in the response to a batch request. */
export type BatchResult = { upload?: unknown; file?: unknown; problem?: FileProblem };

type BatchResponse = { uploads?: BatchResult[]; files?: BatchResult[] };

/** The service accepts at most 100 files in one batch request. */
const MAX_BATCH = 100;
const BATCH_MS = 60_000;
/** After this time, later completions no longer wait for a running request. The service responds to a batch within 20 seconds. */
const TURN_MS = 25_000;
/** While all connections to the bucket are busy, a request waits this long for more files, because no file could be sent earlier anyway. */
const GATHER_MS = 50;
/** A request with this number of files does not wait for more files. */
const ENOUGH_FILES = 20;

/** Slots for 64 small files or 8 large files. */
const FILE_SLOTS = 64;
/** Browsers open 6 connections to one host. More than 8 connections would not make uploads faster. */
const MAX_PUTS = 8;

export function openLines(call: Call): Lines {
  const lines = new Map<string, Line>();
  const puts = createSlots(MAX_PUTS);
  return {
    ask<Answer>(request: LineRequest<Answer>): Promise<Answer> {
      let line = lines.get(request.path);
      if (line === undefined) {
        line = createLine(call, { isBusy: puts.areTaken, onIdle: () => lines.delete(request.path) });
        lines.set(request.path, line);
      }
      return line(request);
    },
    files: createSlots(FILE_SLOTS),
    puts,
  };
}

type Line = <Answer>(request: LineRequest<Answer>) => Promise<Answer>;
type Waiting = { request: LineRequest<unknown>; resolve: (answer: unknown) => void; reject: (error: unknown) => void };

function createLine(call: Call, { isBusy, onIdle }: { isBusy: () => boolean; onIdle: () => void }): Line {
  let waiting: Waiting[] = [];
  let isRunning = false;
  let onArrival: (() => void) | undefined;

  /** Waits for files that are added at the same time, or longer if all connections to the bucket are busy. */
  async function gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, isBusy() ? GATHER_MS : 0);
    onArrival = () => {
      if (waiting.length >= ENOUGH_FILES) resolve();
    };
    onArrival();
    await promise;
  }

  /** Sends one request at a time, so that files keep their order. All files that wait meanwhile share the next request. */
  async function run(): Promise<void> {
    if (isRunning || waiting.length === 0) return;
    isRunning = true;
    while (waiting.length > 0) {
      await gather();
      const [first] = waiting as [Waiting];
      const batch = waiting.splice(0, MAX_BATCH);
      const { promise: turn, resolve: endTurn } = Promise.withResolvers<void>();
      const timer = setTimeout(endTurn, first.request.items === "uploads" ? BATCH_MS : TURN_MS);
      void send(batch)
        .catch((error) => {
          for (const { reject } of batch) reject(error);
        })
        .finally(() => {
          clearTimeout(timer);
          endTurn();
          void run();
        });
      await turn;
    }
    isRunning = false;
    onIdle();
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch as [Waiting];
    if (batch.length === 1) return first.resolve(await first.request.alone());
    const { path, items } = first.request;
    const body = { [items]: batch.map(({ request }) => request.item) };
    const response = await call<BatchResponse | null>("POST", path, { body, signal: AbortSignal.timeout(BATCH_MS) });
    // Only a completion can have no result yet. A start always has an upload or a problem.
    const hasResult = ({ upload, problem }: BatchResult) => items === "uploadIds" || upload || problem;
    const results = (response?.uploads ?? response?.files ?? []).filter(hasResult);
    if (results.length !== batch.length) {
      throw new ValetKeyError("invalid_response", `${path} returned ${results.length} of ${batch.length} results.`);
    }
    const unanswered = batch.filter((each, index) => !settle(each, results[index] as BatchResult));
    waiting = [...unanswered, ...waiting];
  }

  return <Answer>(request: LineRequest<Answer>) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ request, resolve: resolve as (answer: unknown) => void, reject });
      onArrival?.();
      void run();
    });
}

/** Returns false if the service has no result for the file yet. */
function settle({ request, resolve, reject }: Waiting, result: BatchResult): boolean {
  if (result.problem !== undefined) {
    reject(toError(result.problem));
    return true;
  }
  const answer = request.read(result);
  if (answer !== undefined) resolve(answer);
  return answer !== undefined;
}

/** Makes the error of one file or one preview in a batch. */
export function toError({ code, detail, ...details }: FileProblem): ValetKeyError {
  return new ValetKeyError(code, detail, details);
}

export type Slots = {
  /**
   * Waits for free slots, in the order of the calls, or with `isFirst` before all waiting calls. Returns a function that frees the slots
   * once. Throws `aborted` if the signal aborts first.
   */
  take(count: number, signal: AbortSignal, isFirst?: boolean): Promise<() => void>;
  areTaken(): boolean;
  /** Takes slots immediately, even if not enough slots are free. */
  retake(count: number): () => void;
};

export function createSlots(total: number): Slots {
  let free = total;
  const queue: { count: number; go: () => void }[] = [];

  function next(): void {
    for (let first = queue[0]; first !== undefined && first.count <= free; first = queue[0]) {
      queue.shift();
      free -= first.count;
      first.go();
    }
  }

  function freeing(count: number): () => void {
    let isTaken = true;
    return () => {
      if (isTaken) free += count;
      isTaken = false;
      next();
    };
  }

  return {
    async take(count, signal, isFirst = false) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const place = { count, go: resolve };
      queue.splice(isFirst ? 0 : queue.length, 0, place);
      next();
      const leave = () => {
        const index = queue.indexOf(place);
        if (index === -1) return;
        queue.splice(index, 1);
        next();
        reject(aborted(signal.reason));
      };
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
      await promise;
      signal.removeEventListener("abort", leave);
      const release = freeing(count);
      if (!signal.aborted) return release;
      release();
      throw aborted(signal.reason);
    },
    areTaken: () => free <= 0,
    retake(count) {
      free -= count;
      return freeing(count);
    },
  };
}

/** The slots of one file, from the start of its upload to its last byte. While the upload is paused, other files use the slots. */
export type Place = {
  /** Waits for slots, in the order of the calls, or with `isFirst` before all waiting calls. */
  enter(signal: AbortSignal, isFirst?: boolean): Promise<void>;
  pause(): void;
  /** Continues a paused upload immediately, without waiting for slots. */
  resume(): void;
  leave(): void;
};

export function createPlace(slots: Slots, count: number): Place {
  let isEntered = false;
  let release: (() => void) | undefined;
  const pause = () => {
    release?.();
    release = undefined;
  };
  return {
    async enter(signal, isFirst) {
      release = await slots.take(count, signal, isFirst);
      isEntered = true;
    },
    pause,
    resume() {
      if (isEntered) release ??= slots.retake(count);
    },
    leave() {
      isEntered = false;
      pause();
    },
  };
}
