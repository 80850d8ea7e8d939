import type { Call } from "../call.ts";
import { aborted, ValetKeyError } from "../errors.ts";
import type { FileProblem } from "../wire.ts";

/**
 * The parts that all uploads of one client share. A line gathers the requests of many files into batches, and slots limit how many files
 * the client sends at the same time.
 */
export type Lines = {
  /** Sends a request for one file, or puts the file into a batch if another request for `path` is running. */
  ask<Answer>(line: LineRequest<Answer>): Promise<Answer>;
  /** The files between their start and their last byte. */
  files: Slots;
  /** The connections for files that the client sends in one PUT. */
  puts: Slots;
};

export type LineRequest<Answer> = {
  /** The path of the batch. All files with one path form one line. */
  path: string;
  /** The item that describes the file in the body of a batch. */
  item: unknown;
  /** The name of the list of items in the body of a batch. */
  items: "uploads" | "uploadIds";
  /** Sends the request of a file that has no company. */
  alone: () => Promise<Answer>;
  /** Reads the answer for this file in the response to a batch. Undefined if the service has no answer yet. */
  read: (result: BatchResult) => Answer | undefined;
};

/** The response for one file of a batch. */
export type BatchResult = { upload?: unknown; file?: unknown; problem?: FileProblem };

type BatchResponse = { uploads?: BatchResult[]; files?: BatchResult[] };

/** The service accepts batches of at most 100 files. */
const MAX_BATCH = 100;
const BATCH_MS = 60_000;
/** After `TURN_MS`, the next completions do not wait for a running request any more. The service answers a batch within 20 seconds. */
const TURN_MS = 25_000;
/** If all connections to the bucket are busy, a request waits this long for more files, because the files would not be sent earlier. */
const GATHER_MS = 50;
/** A request with this number of files waits for no more files. */
const ENOUGH_FILES = 20;

/** The client handles 64 small files or 8 large files at a time. */
const FILE_SLOTS = 64;
/** Browsers open 6 connections to one host. More connections than 8 would not make uploads faster. */
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

  /** Waits for the files that ask at the same time, or for more files if the connections are busy. */
  async function gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, isBusy() ? GATHER_MS : 0);
    onArrival = () => {
      if (waiting.length >= ENOUGH_FILES) resolve();
    };
    onArrival();
    await promise;
  }

  /** Sends one request at a time, so that files keep their order, and the files that wait share the next request. */
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
    // Only a completion can have no result yet.
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

/** Returns false if the service has no answer for the file yet. */
function settle({ request, resolve, reject }: Waiting, result: BatchResult): boolean {
  if (result.problem !== undefined) {
    reject(toError(result.problem));
    return true;
  }
  const answer = request.read(result);
  if (answer !== undefined) resolve(answer);
  return answer !== undefined;
}

/** Makes the error of one file or preview of a batch. */
export function toError({ code, detail, ...details }: FileProblem): ValetKeyError {
  return new ValetKeyError(code, detail, details);
}

export type Slots = {
  /**
   * Waits for free slots, in the order of the calls, or as the first of the queue. Returns a function that frees the slots once. Throws
   * `aborted` if the signal aborts first.
   */
  take(count: number, signal: AbortSignal, isFirst?: boolean): Promise<() => void>;
  /** Returns whether all slots are taken. */
  areTaken(): boolean;
  /** Takes slots immediately, even if too few slots are free. */
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

  /** Returns a function that frees taken slots once. */
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

/** The slots of one file, from its start to its last byte. While the file is paused, other files use the slots. */
export type Place = {
  /** Waits for slots, in the order of the calls, or as the first of the queue. */
  enter(signal: AbortSignal, isFirst?: boolean): Promise<void>;
  pause(): void;
  /** Continues a paused file at once, without a wait for slots. */
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
