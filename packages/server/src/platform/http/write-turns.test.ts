import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { startServiceInTest } from "../../testing/use-service.ts";
import type { Database } from "../database/queries.ts";
import { createWriteTurns } from "./http-limits.ts";

const nextTick = () => new Promise((resolve) => setImmediate(resolve));

/** Creates a queue of writes. Each call of `endNext` ends the oldest running write. */
function startTurns() {
  const turns = createWriteTurns();
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const write = (holder: string, name: string) =>
    turns.run(holder, async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  const endNext = async () => {
    ends.shift()?.();
    await nextTick();
  };
  return { turns, write, started, endNext };
}

describe("requirement 30: the queue for the writes of one person", () => {
  it("at most three writes of one person run at a time, in the order of their requests", async () => {
    const { write, started, endNext } = startTurns();
    const all = ["a1", "a2", "a3", "a4", "a5"].map((name) => write("ann", name));
    expect(started).toEqual(["a1", "a2", "a3"]);
    await endNext();
    expect(started).toEqual(["a1", "a2", "a3", "a4"]);
    for (let nth = 0; nth < 4; nth += 1) await endNext();
    expect(await Promise.all(all)).toEqual(["a1", "a2", "a3", "a4", "a5"]);
  });

  it("the writes of one person do not delay the writes of another person", async () => {
    const { write, started } = startTurns();
    for (const name of ["a1", "a2", "a3", "a4"]) void write("ann", name);
    void write("ben", "b1");
    expect(started).toEqual(["a1", "a2", "a3", "b1"]);
  });

  it("a write is refused while 200 writes of the same person wait", async () => {
    const { write, endNext } = startTurns();
    const all = Array.from({ length: 203 }, (_, nth) => write("ann", `a${nth}`));
    await expect(write("ann", "late")).rejects.toMatchObject({ code: "rate_limited" });
    for (const _ of all) await endNext();
    expect(await Promise.all(all)).toHaveLength(203);
  });

  it("the writes of a person continue after a failed write", async () => {
    const { turns } = startTurns();
    const fail = () => turns.run("ann", () => Promise.reject(new Error("failed")));
    const failed = await Promise.allSettled(Array.from({ length: 5 }, fail));
    expect(failed.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
    expect(await turns.run("ann", async () => "done")).toBe("done");
  });
});

describe.each(engines)("requirement 30: many writes at the same time, on $name", (engine) => {
  /** Starts a service that counts its parallel transactions. `most` returns the maximum. */
  async function start() {
    let running = 0;
    let most = 0;
    const count = (db: Database): Database => ({
      ...db,
      async transaction(work, options) {
        running += 1;
        most = Math.max(most, running);
        try {
          return await db.transaction(work, options);
        } finally {
          running -= 1;
        }
      },
    });
    return { service: await startServiceInTest({ engine, wrap: { database: count } }), most: () => most };
  }

  it("many writes of one person use at most three parallel transactions", async () => {
    const { service, most } = await start();
    const ann = service.as("ann");
    const { id } = (await ann.send("POST /notes", { json: { title: "Plan" } })).body;
    const edit = (_: unknown, nth: number) => ann.send(`PATCH /notes/${id}`, { json: { title: `Plan ${nth}` } });
    const answers = await Promise.all(Array.from({ length: 30 }, edit));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(most()).toBeLessThanOrEqual(3);
  });

  it("many download claims on one link use at most three parallel transactions", async () => {
    const { service, most } = await start();
    const { token } = await storeLink(service.db);
    const claim = (_: unknown, nth: number) => visitorOf(service.app, { ip: `198.51.100.${nth}` }).claim(token);
    const answers = await Promise.all(Array.from({ length: 30 }, claim));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(201));
    expect(most()).toBeLessThanOrEqual(3);
  });
});
