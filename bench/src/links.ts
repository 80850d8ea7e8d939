import { mkdir } from "node:fs/promises";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { openPostgres, openSqlite } from "@valetkey/server/src/db/index.ts";
import { deriveLinkKeys } from "@valetkey/server/src/usecases/links/keys.ts";
import { makeToken } from "@valetkey/server/src/usecases/links/token.ts";
import { type Candidate, startCandidate } from "./rig/candidate.ts";
import { type DataLocation, engines, serviceSpec } from "./rig/candidate-specs.ts";
import { createDataset, type Dataset, datasetShapes } from "./rig/dataset.ts";
import { startPostgres } from "./rig/postgres.ts";
import { readFlags } from "./rig/read-flags.ts";
import { createScratch } from "./rig/scratch-directory.ts";
import { seedService } from "./rig/seed-service.ts";
import { settings } from "./rig/settings.ts";
import { median } from "./rig/statistics.ts";
import { formatCount, formatTable, reportResult } from "./rig/table.ts";
import { createToken } from "./rig/workload.ts";

const CONNECTIONS = 32;
const LINKS = 500;

type Call = { method: "GET" | "POST"; path: string; authorization?: string };
type Load = { name: string; status: number; callOf: (nth: number) => Call };

/**
 * Measures claims and landing data of links beside URLs for people with an account, in turns on the same process.
 *
 * Flags: --rounds 3, --seconds 3. Returns whether every response was as expected.
 */
export async function runLinks(args: readonly string[]): Promise<boolean> {
  const { rounds, seconds } = readFlags(args, { rounds: "3", seconds: "3" });
  const dataset = createDataset(datasetShapes.single);
  const scratch = await createScratch();
  const postgres = await startPostgres(scratch.path);
  console.log(`links: ${CONNECTIONS} connections, Node ${process.versions.node}, ${postgres.version}`);
  const rows: string[][] = [];
  try {
    for (const engine of engines) {
      const directory = join(scratch.path, `links-${engine}`);
      await mkdir(directory);
      const url = engine === "postgres" ? { url: await postgres.createDatabase("links") } : {};
      const place = { directory, ...url };
      await seedService(place, dataset);
      const loads = await createLoads(dataset, await seedLinks(place, dataset));
      const spec = serviceSpec(engine, place);
      const candidate = await startCandidate({ ...spec, env: { ...spec.env, TRUST_PROXY: "loopback" } });
      const plan = { rounds: Number(rounds), milliseconds: 1000 * Number(seconds) };
      for (const [name, perSecond] of await measure(candidate, { loads, ...plan })) {
        rows.push([engine, name, formatCount(median(perSecond))]);
      }
      await candidate.stop();
    }
  } finally {
    await postgres.stop();
    await scratch.remove();
  }
  console.log(formatTable(["", "request", "a second"], rows));
  return reportResult(true, "every response had the expected status");
}

/** Makes a link of each of the first notes. Returns the tokens. */
async function seedLinks({ directory, url }: DataLocation, { notes }: Dataset): Promise<string[]> {
  const clock = Date.now;
  const file = join(directory, settings.sqliteFile);
  const db = url === undefined ? await openSqlite({ file, clock }) : await openPostgres({ url, clock });
  const [key] = deriveLinkKeys([settings.authSecret]).tokens;
  const tokens: string[] = [];
  await db.transaction(async (tx) => {
    for (const { id, ownerId } of notes.slice(0, LINKS)) {
      const link = { id: crypto.randomUUID(), generation: 0 };
      await tx.links.insert({
        ...link,
        kind: "download",
        noteId: id,
        ownerId,
        createdBy: ownerId,
        label: "Bench",
        message: "",
        attachmentIds: undefined,
        expiresAt: undefined,
        passwordHash: undefined,
        passwordVersion: 0,
        maxClaims: undefined,
        claims: 0,
        opened: 0,
        urlTtlSeconds: settings.expiresInSeconds,
        notify: "never",
        request: undefined,
        createdAt: clock(),
        revokedAt: undefined,
      });
      tokens.push(makeToken(key as Uint8Array, { linkId: link.id, generation: 0 }));
    }
  });
  await db.close();
  return tokens;
}

async function createLoads({ grants }: Dataset, tokens: readonly string[]): Promise<Load[]> {
  const bearers = new Map<string, string>();
  for (const { userId } of grants) if (!bearers.has(userId)) bearers.set(userId, await createToken(userId));
  const tokenOf = (nth: number) => tokens[nth % tokens.length];
  return [
    {
      name: "GET /attachments/:id/url",
      status: 200,
      callOf(nth) {
        const { userId, attachment } = grants[nth % grants.length] as Dataset["grants"][number];
        return {
          method: "GET",
          path: `/attachments/${attachment.id}/url`,
          authorization: `Bearer ${bearers.get(userId)}`,
        };
      },
    },
    {
      name: "POST /public/links/:token/claims",
      status: 201,
      callOf: (nth) => ({ method: "POST", path: `/public/links/${tokenOf(nth)}/claims` }),
    },
    {
      name: "GET /public/links/:token, a new visitor",
      status: 200,
      callOf: (nth) => ({ method: "GET", path: `/public/links/${tokenOf(nth)}` }),
    },
  ];
}

type Plan = { loads: readonly Load[]; rounds: number; milliseconds: number };

/** Requests a second of each load, by round. The loads take turns, so that drift affects all alike. The first round warms up. */
async function measure({ port }: Candidate, { loads, rounds, milliseconds }: Plan): Promise<Map<string, number[]>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const measured = new Map<string, number[]>(loads.map(({ name }) => [name, []]));
  let nth = 0;
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, status, callOf } of loads) {
      const startedAt = performance.now();
      let done = 0;
      const work = async () => {
        while (performance.now() - startedAt < milliseconds) {
          nth += 1;
          const got = await send({ ...callOf(nth), port, agent, client: nth });
          if (got !== status) throw new Error(`${name} returned ${got}`);
          done += 1;
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, work));
      const perSecond = (1000 * done) / (performance.now() - startedAt);
      if (round > 0) measured.get(name)?.push(perSecond);
    }
  }
  agent.destroy();
  return measured;
}

/** Each request comes from another IP address, because the limits of one are lower than this load. */
function send({
  client,
  authorization,
  ...call
}: Call & { port: number; agent: Agent; client: number }): Promise<number> {
  const ip = [10, client >> 16, client >> 8, client].map((byte) => byte & 255).join(".");
  const headers = { "x-forwarded-for": ip, ...(authorization && { authorization }) };
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", ...call, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject).end();
  });
}
