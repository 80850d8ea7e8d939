import type { PlannedTurn } from "../rig/run-load.ts";
import type { WorkloadName } from "../rig/workload.ts";

type Peer = { name: string; entry: string; checksWho: boolean; url?: WorkloadName; start: WorkloadName };

/** Lists the peers. `url` and `start` name the workload with the requests that the peer understands. */
const peers: readonly Peer[] = [
  { name: "better-upload", entry: "better-upload.js", checksWho: false, url: "peer-url", start: "better-upload" },
  { name: "better-upload + JWT", entry: "better-upload.js", checksWho: true, url: "peer-url", start: "better-upload" },
  { name: "pushduck + JWT", entry: "pushduck.js", checksWho: true, url: "peer-url", start: "pushduck" },
  { name: "companion + JWT", entry: "companion.js", checksWho: true, start: "companion" },
];

/** Returns one turn for each peer that supports the verb. */
export function peerTurns(verb: "url" | "start"): PlannedTurn[] {
  return peers.flatMap(({ name, entry, checksWho, ...workloads }) => {
    const workload = workloads[verb];
    if (workload === undefined) return [];
    return [
      { name: `${verb} ${name}`, workload, prepare: (environment) => environment.peer(name, { entry, checksWho }) },
    ];
  });
}
