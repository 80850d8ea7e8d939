import { fork } from "node:child_process";
import { once } from "node:events";
import { formatCount, formatTable, median, medianRatio, reportGoal } from "../rig/report.ts";

type Turn = { seconds: number; cpuSeconds: number };
type Plan = { endpoint: string; service: object; path: string; sizeBytes: number; rounds: number };

const MIB = 2 ** 20;
const GOAL = 0.95;

export const names = [
  "valetkey",
  "lib-storage",
  "lib-storage, no checksum",
  "PutObject",
  "PutObject, no checksum",
] as const;

/** Uploads one file with each sender, in turns. Returns whether the throughput of the client met the goal. */
export async function measureThroughput({ endpoint, service, path, sizeBytes, rounds }: Plan): Promise<boolean> {
  const child = fork(new URL("./senders-process.ts", import.meta.url), [JSON.stringify({ endpoint, service })]);
  const turns = new Map<string, Turn[]>(names.map((name) => [name, []]));
  const ended = once(child, "exit").then(() => {
    throw new Error("The process of the senders has ended. Its output is above");
  });
  // `take` reports the error of the ended process. Without this `catch`, the benchmark would fail while no turn waits for the process.
  ended.catch(() => undefined);
  const take = async (name: string): Promise<Turn> => {
    child.send({ name, path });
    const [turn] = await Promise.race([once(child, "message"), ended]);
    return turn;
  };
  try {
    for (const name of names) await take(name);
    for (let round = 0; round < rounds; round++) {
      // Each round has another order of senders. A turn leaves writes that the disk has not finished, which slow down the next turn.
      for (let place = 0; place < names.length; place++) {
        const name = names[(place + round) % names.length] as string;
        turns.get(name)?.push(await take(name));
      }
    }
  } finally {
    child.disconnect();
  }
  return report(turns, sizeBytes);
}

function report(turns: ReadonlyMap<string, readonly Turn[]>, sizeBytes: number): boolean {
  const rates = new Map([...turns].map(([name, all]) => [name, all.map(({ seconds }) => sizeBytes / MIB / seconds)]));
  const base = rates.get("lib-storage") ?? [];
  const rows = [...rates].map(([name, values]) => [
    name,
    formatCount(median(values)),
    formatCount(Math.min(...values)),
    formatCount(Math.max(...values)),
    medianRatio(values, base).toFixed(2),
    median(turns.get(name)?.map(({ cpuSeconds }) => cpuSeconds) ?? []).toFixed(2),
  ]);
  console.log(formatTable(["", "MiB/s", "least", "most", "x lib-storage", "sender's CPU s"], rows));
  const met = names.slice(1, 3).map((of) => {
    const ratio = medianRatio(rates.get("valetkey") ?? [], rates.get(of) ?? []);
    const text = `upload through the client, of ${of}'s throughput`;
    return reportGoal({ text, ratio, atLeast: GOAL });
  });
  return met.every(Boolean);
}
