import { createHash } from "node:crypto";
import { PassThrough, type Readable } from "node:stream";
import type { Changes } from "@valetkey/contract";
import type { Deps } from "../../platform/deps.ts";
import { HttpProblem, refusalOf } from "../../platform/http/problem.ts";
import type { Caller } from "../access/caller.ts";
import { changeQueries } from "./queries.ts";

export type ChangeVerbs = ReturnType<typeof createChanges>;

export function createChanges(deps: Deps) {
  return {
    findChanges: findChanges(deps),
  };
}

type ChangesSince = { changed: ChangedPart[]; state: string };

/**
 * Returns the state of the caller's data, and the parts of the data that have changed since the state `since`. A state contains one mark
 * for each part: a short text that changes together with the part. `noteId`: the note that the caller has open. If the caller may not read
 * this note, its mark changes only when the caller gets access.
 */
export function findChanges({ db }: Pick<Deps, "db">) {
  return async (
    caller: Caller,
    { noteId, since }: { noteId?: string | undefined; since?: string | undefined },
  ): Promise<ChangesSince> => {
    const texts = await changeQueries(db).describe(caller.userId, noteId);
    const state = CHANGED_PARTS.map((part) => markOf(texts[part])).join(".");
    return { changed: since === undefined ? [] : changedParts(since, state), state };
  };
}

function markOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}

/** The parts of a user's data, in the order of their marks in a state. */
const CHANGED_PARTS = ["own", "shared", "note"] as const;

export type ChangedPart = (typeof CHANGED_PARTS)[number];

/** Returns the parts whose marks differ between two states. A part without a mark in `before` counts as unchanged. */
function changedParts(before: string, after: string): ChangedPart[] {
  const marks = before.split(".");
  const now = after.split(".");
  return CHANGED_PARTS.filter((_, index) => marks[index] !== undefined && marks[index] !== now[index]);
}

/** The maximum number of streams of one user on one replica. A page uses one stream while the page is visible. */
const STREAMS_OF_USER = 8;

const STREAMS = 2_000;

/** How long a browser waits before it opens a closed stream again. A random time is added, so that not all browsers return at once. */
const RETRY_MS = 2_000;

const RETRY_SPREAD_MS = 2_000;

/** The number of streams that one replica polls at the same time. Other requests need most of the ten connections to PostgreSQL. */
const POLLS_AT_ONCE = 4;

/** The maximum share of time in which a replica polls. After a long round, the pause is longer. */
const POLLING_SHARE = 0.1;

/** A stream is closed after an error with one of these codes. After any other failure, it stays open, because the service may recover. */
const ENDS: ReadonlySet<string> = new Set(["unauthenticated", "access_denied", "account_closed"]);

/** A page of the web app closes a stream after 40 seconds without an event, so a round of polls and the pause after it must be shorter. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * `pollMs`: the pause between two polls of a stream. `heartbeatMs`: the pause between two checks of its credentials. Each check sends an
 * event, so that the page notices a dead connection.
 */
export type StreamTimes = { pollMs: number; heartbeatMs: number };

const STREAM_TIMES: StreamTimes = { pollMs: 2_000, heartbeatMs: 15_000 };

type Source = {
  userId: string;
  poll: () => Promise<Changes>;
  /** Rejects when the credentials of the stream are no longer valid. */
  identify: () => Promise<void>;
};

type Stream = Source & { body: PassThrough; checkedAt: number };

/**
 * Manages the open streams of a replica. One loop polls the streams, a few at a time, so that any number of streams uses only a few
 * database connections. Without open streams, the loop stops.
 */
export function createStreams({ pollMs, heartbeatMs }: StreamTimes = STREAM_TIMES) {
  const streams = new Set<Stream>();
  /** The time between the last two polls of a stream, in milliseconds. */
  let periodMs = pollMs;
  let isRunning = false;
  let isClosed = false;

  async function round(): Promise<void> {
    const startedAt = performance.now();
    const waiting = [...streams];
    while (waiting.length > 0) {
      const some = waiting.splice(0, POLLS_AT_ONCE);
      const served = await Promise.all(some.map(step));
      if (!served.includes(false)) continue;
      // A failed poll ends the round, because the next polls would probably also fail, each after the time limit of a query. The next round
      // starts with the streams that this round did not poll.
      for (const stream of some) {
        streams.delete(stream);
        if (!stream.body.destroyed) streams.add(stream);
      }
      break;
    }
    if (streams.size === 0) {
      isRunning = false;
      return;
    }
    const tookMs = performance.now() - startedAt;
    const pauseMs = Math.max(pollMs, Math.min(tookMs / POLLING_SHARE, LONGEST_PAUSE_MS));
    periodMs = tookMs + pauseMs;
    setTimeout(() => void round(), pauseMs).unref();
  }

  /** Checks the credentials of a stream, and polls the stream. Returns false if the service can't serve the stream now. */
  async function step(stream: Stream): Promise<boolean> {
    try {
      // Checks the credentials now if the next round would be too late.
      const isDue = performance.now() - stream.checkedAt + periodMs > heartbeatMs;
      if (isDue) {
        await stream.identify();
        stream.checkedAt = performance.now();
      }
      const changes = await stream.poll();
      if (isDue || changes.changed.length > 0) send(stream, changes);
      return true;
    } catch (error) {
      if (isFault(error)) return false;
      stream.body.end();
      return true;
    }
  }

  function start(): void {
    if (isRunning) return;
    isRunning = true;
    setTimeout(() => void round(), pollMs).unref();
  }

  return {
    /** Opens a stream. `first`: the content of the first event. Throws `rate_limited`, `service_busy` and `shutting_down`. */
    open(source: Source, first: Changes): Readable {
      if (isClosed) throw refusal("shutting_down", "The service is about to stop.");
      if (streams.size >= STREAMS) throw refusal("service_busy", "Too many streams are open.");
      const own = [...streams].filter(({ userId }) => userId === source.userId);
      if (own.length >= STREAMS_OF_USER) {
        throw refusal("rate_limited", `You have ${STREAMS_OF_USER} open streams. Close one first.`);
      }
      const stream = { ...source, body: new PassThrough(), checkedAt: performance.now() };
      streams.add(stream);
      stream.body.once("close", () => streams.delete(stream));
      const retryMs = RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS);
      stream.body.write(`retry: ${retryMs}\n${toEvent(first)}`);
      start();
      return stream.body;
    },
    /** Closes all streams, and refuses new streams. */
    close(): void {
      isClosed = true;
      for (const { body } of streams) body.end();
    },
  };
}

/** Sends an event. Closes the stream if the client has stopped reading, because the unread events would fill the memory. */
function send({ body }: Stream, changes: Changes): void {
  if (body.writableNeedDrain) body.destroy();
  else if (!body.writableEnded) body.write(toEvent(changes));
}

function toEvent(changes: Changes): string {
  return `id: ${changes.state}\ndata: ${JSON.stringify(changes)}\n\n`;
}

function isFault(error: unknown): boolean {
  return !ENDS.has(refusalOf(error).code);
}

function refusal(code: "rate_limited" | "service_busy" | "shutting_down", detail: string): HttpProblem {
  return new HttpProblem(code, detail, { headers: { "retry-after": "30" } });
}
