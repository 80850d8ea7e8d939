import { describe, expect, it } from "vitest";
import { smtpServerInTest } from "../../packages/server/src/mailer/testing/smtp-server.ts";
import { accept, receiverInTest } from "../../packages/server/src/outgoing/testing/webhook-receiver.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { expectAllThere, expectReadyIsWhole } from "./testing/expect-all-there.ts";
import { emailOf, expectOnlyCopies, notYetReported } from "./testing/expect-notified.ts";
import { freePort } from "./testing/free-port.ts";
import { type Acknowledged, nothingYet, workUntilKilled } from "./testing/load.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

// Five rounds keep the test run short. For a long run, set KILL_ROUNDS=50.
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 5);
const WORKERS = 4;
/** The clock moves by this time before each start, so that all leases of mails and webhooks expire and all mails are due. Milliseconds. */
const BETWEEN_STARTS_MS = 3_660_000;
const CLOCK_AHEAD = new URL("testing/clock-ahead.cjs", import.meta.url).pathname;
const EVENTS = ["share.created", "upload.ready", "upload.rejected", "url.issued"];

describe.each(useDatabases())("kill -9 under a mixed load, on $name", ({ makeEnv }) => {
  it(`loses nothing acknowledged in ${ROUNDS} rounds`, { timeout: 120_000 + ROUNDS * 20_000 }, async () => {
    // Both servers confirm slowly. So a kill can come between the arrival of a mail or message and its confirmation.
    const smtp = await smtpServerInTest({ beforeConfirm: () => pause(300) });
    const receiver = await receiverInTest({ respond: (response) => void pause(60).then(() => accept(response)) });
    const received = { mails: smtp.mails, webhooks: receiver.received };
    // With a quota, each pending form reserves space. The fixed port lets the command `gc` reach the bucket.
    const settings = { USER_QUOTA_BYTES: "1TiB", S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    const mail = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" };
    const place = await makePlace({
      ...(await makeEnv()),
      ...settings,
      ...mail,
      WEBHOOKS_ALLOW_LOOPBACK: "true",
    });
    const total = nothingYet();
    let lastSeen = nothingYet();
    for (let round = 0; round < ROUNDS; round++) {
      const service = await startProcess(after(place, round));
      const ann = await userOf(service, "ann");
      if (round === 0) await ann.call("POST", "/webhooks", { url: receiver.url, events: EVENTS });
      await expectAllThere(ann, lastSeen);
      lastSeen = await loadAndKill(service, { ann, round });
      for (const noun of Object.keys(total) as (keyof Acknowledged)[]) {
        (total[noun] as unknown[]).push(...lastSeen[noun]);
      }
    }
    // Starts the service a last time, and checks everything that was acknowledged in all rounds.
    const service = await startProcess(after(place, ROUNDS));
    const ann = await userOf(service, "ann");
    await expect.poll(() => notYetReported(total, received), { timeout: 100_000, interval: 500 }).toEqual([]);
    const copies = await expectOnlyCopies(ann, { seen: total, received });
    await expectAllThere(ann, total);
    await expectReadyIsWhole(ann);
    // This command exits with 1 if the bucket, the rows of the database and the usage counters do not agree.
    const { stdout } = await runCli(after(place, ROUNDS), ["gc", "--dry-run"]);
    expect(stdout).toContain("counters of usage that are wrong");
    await service.stop();
    await place.remove();
    const counts = Object.fromEntries(Object.entries(total).map(([noun, list]) => [noun, list.length]));
    console.log(`killed ${ROUNDS} times; acknowledged and found again:`, JSON.stringify(counts));
    console.log("received:", JSON.stringify(copies));
    expect(total.issued.length).toBeGreaterThan(ROUNDS);
  });
});

/** Returns the settings of the service with a clock that is ahead, more in each round. */
function after({ env, ...place }: Place, round: number): Place {
  const clock = { CLOCK_AHEAD_MS: String(round * BETWEEN_STARTS_MS) };
  return { ...place, env: { ...env, ...clock, NODE_OPTIONS: `${env.NODE_OPTIONS} --require=${CLOCK_AHEAD}` } };
}

function userOf({ url }: RunningService, sub: string): Promise<Api> {
  const exp = Math.floor(Date.now() / 1000) + 365 * 86_400;
  return apiAs(url, { sub, email: emailOf(sub), email_verified: true, exp });
}

const pause = (maxMs: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * maxMs));

/** Puts load on the service, and kills it at a random moment after it has issued some URLs. Returns everything that it acknowledged. */
async function loadAndKill(
  service: RunningService,
  { ann, round }: { ann: Api; round: number },
): Promise<Acknowledged> {
  const seen = nothingYet();
  const readerIds = Array.from({ length: WORKERS }, (_, worker) => `reader-${round}-${worker}`);
  // Each reader calls the service once, because the service learns the email address of a user from the first request.
  for (const readerId of readerIds)
    expect((await (await userOf(service, readerId)).call("GET", "/me")).status).toBe(200);
  const workers = readerIds.map((readerId) => workUntilKilled(ann, { readerId, seen }));
  while (seen.issued.length < WORKERS) await new Promise((resolve) => setTimeout(resolve, 5));
  await pause(600);
  await service.stop("SIGKILL");
  await Promise.all(workers);
  return seen;
}
