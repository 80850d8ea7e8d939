import {
  type Call,
  create,
  encodeCall,
  repeatable,
  type Source,
  sendFile,
  smallFile,
  startCall,
  type WorkloadName,
} from "./calls.ts";
import type { BenchNote } from "./dataset.ts";
import { settings } from "./settings.ts";

/** `port`: the port of the server of a turn. `seconds`: the length of the turn. */
type ServerTurn = { port: number; seconds: number };

export type Workload = {
  /** Prepares the data of a turn on the server, so that the preparation is not measured. */
  prepare?(turn: ServerTurn): Promise<void>;
  /** Returns the next request as bytes, or undefined after the last request. */
  next(turn: ServerTurn): Buffer | undefined;
};

export function createWorkload(name: WorkloadName, source: Source): Workload {
  if (name === "complete") return createCompletions(source);
  if (name === "claim")
    return createVisits(source, (token) => ({ method: "POST", path: `/public/links/${token}/claims` }));
  if (name === "landing") return createVisits(source, (token) => ({ method: "GET", path: `/public/links/${token}` }));
  return inTurn(repeatable[name](source).map(encodeCall));
}

function inTurn(requests: readonly Buffer[]): Workload {
  let position = 0;
  return { next: () => requests[position++ % requests.length] };
}

const AT_ONCE = 32;
const FIRST_RATE = 400;
const GROWTH = 1.5;

/** Makes requests that complete uploads. An upload can be completed only once, so each turn prepares new uploads with their objects. */
function createCompletions({ dataset, tokens }: Source): Workload {
  // A new file in a note with a link would add a URL to each claim of the link, so the workload uses only notes without links.
  const linked = new Set(dataset.linkedNotes);
  const notes = dataset.notes.filter((note) => !linked.has(note));
  const ofPort = new Map<number, { ready: Buffer[]; sent: number; rate: number }>();
  let position = 0;
  const stateOf = (port: number) => {
    const state = ofPort.get(port) ?? { ready: [], sent: 0, rate: FIRST_RATE };
    ofPort.set(port, state);
    return state;
  };
  return {
    /**
     * Starts the uploads of a turn, and sends their files. If the server completes all prepared uploads before the end of the turn, the
     * turn ends early.
     */
    async prepare({ port, seconds }) {
      const state = stateOf(port);
      if (state.sent > 0) state.rate = (GROWTH * state.sent) / seconds;
      state.sent = 0;
      const wanted = Math.ceil(state.rate * seconds);
      await together(async () => {
        if (state.ready.length >= wanted) return false;
        const note = notes[position++ % notes.length] as BenchNote;
        const start = startCall(note, tokens.get(note.ownerId), smallFile);
        state.ready.push(encodeCall(await sendFile(port, start)));
        return true;
      });
    },
    next({ port }) {
      const state = stateOf(port);
      state.sent += 1;
      // The oldest upload is completed first, before it expires.
      return state.ready.shift();
    },
  };
}

/**
 * The number of IP addresses of link visitors. There are so many IP addresses because the load exceeds the rate limits for one IP address.
 */
const VISITORS = 2 ** 17;

/** Makes the requests of visitors who open links. Creates links on the server before its first turn. */
function createVisits({ dataset: { linkedNotes }, tokens }: Source, callOf: (linkToken: string) => Call): Workload {
  const ofPort = new Map<number, Workload>();
  const body = { urlTtlSeconds: settings.expiresInSeconds, notify: "never" };
  return {
    async prepare({ port }) {
      if (ofPort.has(port)) return;
      const links: string[] = [];
      const left = linkedNotes.values();
      await together(async () => {
        const { value: note } = left.next();
        if (note === undefined) return false;
        const call: Call = { method: "POST", path: `/notes/${note.id}/links`, token: tokens.get(note.ownerId), body };
        const { url } = await create<{ url: string }>(port, call);
        links.push(url.slice(url.lastIndexOf("/") + 1));
        return true;
      });
      const calls = Array.from({ length: VISITORS }, (_, nth) => ({
        ...callOf(links[nth % links.length] as string),
        clientIp: [10, nth >> 16, nth >> 8, nth].map((byte) => byte & 255).join("."),
      }));
      ofPort.set(port, inTurn(calls.map(encodeCall)));
    },
    next: (turn) => ofPort.get(turn.port)?.next(turn),
  };
}

/** Repeats a step until it returns false. Many steps run in parallel. */
async function together(step: () => Promise<boolean>): Promise<void> {
  const work = async () => {
    while (await step());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
