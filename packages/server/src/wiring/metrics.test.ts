import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { engines } from "../testing/database/test-databases.ts";
import { useDatabase } from "../testing/database/use-database.ts";
import { createServiceMetrics } from "./metrics.ts";

describe.each(engines)("the metrics of the service on $name", (engine) => {
  const suite = useDatabase(engine);

  it.each([
    ["hide the mails from everyone", { port: undefined, token: undefined }, false],
    ["show the mails to a token", { port: undefined, token: "a-token-for-prometheus" }, true],
    ["show the mails on their own port", { port: 9464, token: undefined }, true],
  ])("the metrics of the service %s", async (_, access, isShown) => {
    const text = await createServiceMetrics({ db: suite.db, work: new EventEmitter() }, access).metrics();
    const gauges = ["valetkey_mails_waiting", "valetkey_mails_oldest_seconds", "valetkey_mails_given_up"];
    for (const gauge of gauges) expect(text.includes(gauge)).toBe(isShown);
    expect(text).toContain("valetkey_verifications_waiting 0\n");
  });
});
