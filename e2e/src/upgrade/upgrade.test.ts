import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { smtpServerInTest } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { receiverInTest } from "../../../packages/server/src/platform/outgoing/testing/webhook-receiver.ts";
import { openAt } from "../../../packages/server/src/testing/database/database-location.ts";
import { SQLITE_FILE } from "../../../packages/server/src/testing/database/test-databases.ts";
import { useDatabases } from "../testing/databases.ts";
import { makeEmptyPlace, startProcess } from "../testing/service.ts";
import { sendEveryRequest } from "./requests.ts";
import { checkOut, versionBefore } from "./version-before.ts";

/** The test signs up many users, and runs two versions from their source code. Milliseconds. */
const SLOW_MS = 600_000;

const databases = useDatabases({ migrated: false });

describe.each(databases)("the version before, on $name", ({ makeEnv }) => {
  let command: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ command, remove } = await checkOut(versionBefore() ?? "HEAD"));
  });
  afterAll(() => remove());

  it("serves each kind of request after this version has migrated its database", { timeout: SLOW_MS }, async () => {
    const [smtp, receiver] = [await smtpServerInTest(), await receiverInTest()];
    const place = await makeEmptyPlace({
      ...(await makeEnv()),
      SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      MAIL_FROM: "files@example.com",
      WEBHOOKS_ALLOW_LOOPBACK: "true",
      TRUST_PROXY: "1",
    });
    const service = await startProcess(place, { node: process.execPath, command });
    onTestFinished(async () => {
      await service.stop();
      await place.remove();
    });
    const run = async (...given: string[]) =>
      (await promisify(execFile)(process.execPath, [command, ...given], { env: place.env })).stdout.trim();
    await run("user", "add", "--email", "root@example.com", "--admin");
    const adminToken = await run("token", "create", "--email", "root@example.com");
    const target = { url: service.url, adminToken, webhookUrl: receiver.url };
    // The first round also makes statements with names. PostgreSQL refuses such a statement if the migration changes its columns.
    expect(await sendEveryRequest(target)).toEqual([]);
    const { DATABASE_URL: url } = place.env;
    const location = url === undefined ? { file: join(place.dataDir, SQLITE_FILE) } : { url };
    await (await openAt(location)).close();
    const [mails, messages] = [smtp.mails.length, receiver.received.length];
    expect(await sendEveryRequest(target)).toEqual([]);
    await expect.poll(() => smtp.mails.length).toBeGreaterThan(mails);
    await expect.poll(() => receiver.received.length).toBeGreaterThan(messages);
  });
});
