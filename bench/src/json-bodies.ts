import { httpLimits } from "@valetkey/server/src/platform/http/http-limits.ts";
import { parseJsonBodies } from "@valetkey/server/src/platform/http/json-body.ts";
import { sendProblem } from "@valetkey/server/src/platform/http/send-problem.ts";
import { compileValidator } from "@valetkey/server/src/platform/http/validation.ts";
import fastify from "fastify";
import { type Body, createBodies } from "./json/bodies.ts";
import { readFlags } from "./rig/read-flags.ts";
import { formatCount, formatTable, reportResult } from "./rig/table.ts";

const GOAL_MS = 20;

/**
 * Measures how long costly JSON bodies block the process while the service parses them and checks them against the schema of a route.
 *
 * Flags: --rounds 20. Returns whether the goal was met.
 */
export async function runJsonBodies(args: readonly string[]): Promise<boolean> {
  const { rounds } = readFlags(args, { rounds: "20" });
  const rows: string[][] = [];
  let worst = { name: "", ms: 0 };
  for (const body of createBodies()) {
    const { ms, status } = await measure(body, Number(rounds));
    rows.push([body.name, formatCount(body.json.length), String(status), ms.toFixed(1)]);
    if (ms > worst.ms) worst = { name: body.name, ms };
  }
  console.log(`json: the least of ${rounds} rounds, Node ${process.versions.node}`);
  console.log(formatTable(["body", "bytes", "status", "ms"], rows));
  return reportResult(
    worst.ms <= GOAL_MS,
    `the costliest body, ${worst.name}: ${worst.ms.toFixed(1)} ms (goal: at most ${GOAL_MS} ms)`,
  );
}

/** Returns the shortest time of all rounds, because other programs on the machine can only add time. */
async function measure({ schema, json, isLarge }: Body, rounds: number): Promise<{ ms: number; status: number }> {
  const app = fastify({ bodyLimit: httpLimits.jsonBodyBytes });
  app.setErrorHandler(sendProblem);
  app.setValidatorCompiler(compileValidator);
  parseJsonBodies(app, { turns: (work) => work() });
  const limit = isLarge ? { bodyLimit: httpLimits.largeJsonBodyBytes } : {};
  app.post("/", { schema: { body: schema }, ...limit }, async () => "");
  await app.ready();
  const payload = Buffer.from(json);
  const times: number[] = [];
  let status = 0;
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const response = await app.inject({
      method: "POST",
      url: "/",
      headers: { "content-type": "application/json" },
      payload,
    });
    times.push(performance.now() - startedAt);
    status = response.statusCode;
  }
  await app.close();
  return { ms: Math.min(...times), status };
}
