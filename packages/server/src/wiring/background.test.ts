import pino from "pino";
import { describe, expect, it } from "vitest";
import { objectDeletionQueries } from "../features/storage/queries.ts";
import { startEmbedded } from "../platform/bucket/testing/bucket-server.ts";
import { limitCountQueries } from "../platform/limits/in-database.ts";
import { engines } from "../testing/database/test-databases.ts";
import { startServiceInTest } from "../testing/use-service.ts";
import { FILE_JOBS, startSweep } from "./background.ts";
import { SERVICE_JOBS } from "./service-background.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("the sweep on $name", (engine) => {
  it("background jobs delete expired counts and send reminders while the bucket is down", async () => {
    const bucket = await startEmbedded();
    const service = await startServiceInTest({ engine, bucket, mailer: { send: async () => ({ state: "accepted" }) } });
    const { useCases, database } = service;
    const { db } = database;
    const noteId = (await service.as("ann").send("POST /notes", { json: { title: "Files" } })).body.id;
    const expiresAt = new Date(Date.now() + 2 * DAY_MS).toISOString();
    const benId = (await service.as("ben").send("GET /me")).body.id;
    const json = { userIds: [benId], expiresAt };
    expect((await service.as("ann").send(`PUT /notes/${noteId}/shares`, { json })).status).toBe(200);
    await limitCountQueries(db).take("key", { amount: 1, max: 1, now: Date.now(), expiresAt: Date.now() + 1 });
    await objectDeletionQueries(db).put({ objectKey: "uploads/1", notBefore: 0 });
    service.advance(1.5 * DAY_MS);
    await bucket.stop();

    const failed: string[] = [];
    const logger = pino({}, { write: (line: string) => void failed.push(JSON.parse(line).job) });
    const sweep = startSweep({ useCases, jobs: { ...FILE_JOBS, ...SERVICE_JOBS }, logger });
    sweep.kick();
    await sweep.stop();
    expect(await db.kysely.selectFrom("limit_counts").select("key").where("key", "=", "key").execute()).toEqual([]);
    const shares = await db.kysely.selectFrom("note_shares").select("reminded_at").execute();
    expect(shares).toEqual([{ reminded_at: expect.any(Number) }]);
    expect(failed).toEqual(["purgeObjects"]);
  });
});
