import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openAt } from "../../testing/database/database-location.ts";
import { sqlite } from "../../testing/database/test-databases.ts";

it("closing an SQLite database removes its write-ahead log, even if no query has run", async () => {
  const { location, remove } = await sqlite.createLocation();
  onTestFinished(remove);
  await (await openAt(location)).close();
  const files = await readdir(dirname("file" in location ? location.file : ""));
  expect(files.sort()).toEqual(["valetkey.db", "valetkey.db-reserve", "valetkey.db-url-journal"]);
});
