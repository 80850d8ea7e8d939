import { scryptSync } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { makePlace, runCli } from "./testing/service.ts";

const PASSWORD = "correct horse battery staple";
const COST = { N: 16_384, r: 16, p: 1, maxmem: 2 ** 26 };

it("a password is stored as an scrypt hash of 32 MiB", async () => {
  // This service must not load cheap-scrypt.cjs, which all other test services load with NODE_OPTIONS.
  const place = await makePlace({ NODE_OPTIONS: "" });
  onTestFinished(() => place.remove());
  await runCli(place, ["user", "add", "--email", "ann@example.com", "--password", PASSWORD]);
  const database = new DatabaseSync(join(place.dataDir, "valetkey.db"), { readOnly: true });
  const stored = database.prepare("SELECT password FROM auth_accounts").get() as { password: string };
  database.close();
  const [salt = "", key] = stored.password.split(":");
  expect(salt).toMatch(/^[0-9a-f]{32}$/);
  expect(key).toBe(scryptSync(PASSWORD, salt, 64, COST).toString("hex"));
});
