import { type Call, encodeCall } from "./call.ts";
import { createCompletions, type ServerTurn } from "./completions.ts";
import { createDataset, SMALL_NOTE_FILES } from "./dataset.ts";
import { peerCalls } from "./peer-calls.ts";
import { createRandom } from "./random.ts";
import { BATCH_SIZE, embeddedCalls, type Source, serviceCalls } from "./service-calls.ts";
import { createTokens } from "./token.ts";

const calls = { ...serviceCalls, ...embeddedCalls, ...peerCalls };
const SEED = 7;

export type WorkloadName = keyof typeof calls | "complete";

/** How many URLs the audit log must have for each response. Default: none. */
export const urlsOf: Partial<Record<WorkloadName, number>> = {
  url: 1,
  "url-session": 1,
  "url-api-token": 1,
  "embedded-url": 1,
  batch: BATCH_SIZE,
  claim: SMALL_NOTE_FILES,
};

export type Workload = {
  /** Prepares the requests of a turn, if each request can be sent only once. */
  prepare?(turn: ServerTurn): Promise<void>;
  /** Returns the next request as bytes, or undefined if there is no further request. */
  next(turn: ServerTurn): Buffer | undefined;
};

export async function createSource(dataset = createDataset()): Promise<Source> {
  return { dataset, tokens: await createTokens(dataset), random: createRandom(SEED) };
}

export function createWorkload(name: WorkloadName, source: Source): Workload {
  if (name === "complete") return createCompletions(source);
  const requests = callsOf(name, source).map(encodeCall);
  let position = 0;
  return { next: () => requests[position++ % requests.length] };
}

/** Returns the requests of a workload, in the order in which a turn sends them. */
export function callsOf(name: WorkloadName, source: Source): Call[] {
  return name === "complete" ? [] : calls[name](source);
}
