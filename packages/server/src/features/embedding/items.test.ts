import { describe, expect, it, onTestFinished, vi } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { rememberUser } from "./items.ts";
import type { User } from "./types.ts";

describe.each(engines)("a user of the host application on $name", (engine) => {
  it("a user is stored again only after a change of the name or email address", async () => {
    const { db, close } = await engine.open();
    onTestFinished(close);
    // Each write calls the clock once, so the calls of the clock count the writes.
    const write = vi.fn(Date.now);
    const remember = rememberUser({ db, clock: write });
    const stored = () => lookupQueries(db).person("application:ann");
    const steps: [User, { writes: number; stored: object }][] = [
      [{ id: "ann" }, { writes: 1, stored: { email: undefined, name: undefined } }],
      [
        { id: "ann", email: null, name: null },
        { writes: 1, stored: { email: undefined, name: undefined } },
      ],
      [
        { id: "ann", email: "Ann@example.com" },
        { writes: 2, stored: { email: "ann@example.com", name: undefined } },
      ],
      [
        { id: "ann", email: "ann@EXAMPLE.com" },
        { writes: 2, stored: { email: "ann@example.com" } },
      ],
      [
        { id: "ann", email: "ann@example.com", name: "Ann" },
        { writes: 3, stored: { name: "Ann" } },
      ],
      [
        { id: "ann", email: "ann@example.com" },
        { writes: 3, stored: { name: "Ann" } },
      ],
      [
        { id: "ann", name: "Ann" },
        { writes: 4, stored: { email: undefined, name: "Ann" } },
      ],
    ];
    for (const [user, expected] of steps) {
      await remember(user);
      expect(write).toHaveBeenCalledTimes(expected.writes);
      expect(await stored()).toMatchObject(expected.stored);
    }
  });
});
