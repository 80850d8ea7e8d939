import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Hook } from "../../index.ts";
import { EICAR } from "../../platform/scanner/testing/eicar.ts";
import { startStandIn } from "../../platform/scanner/testing/stand-in.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { createPlace, invoice42, mayInvoice, open } from "./testing/embedding.ts";

describe.each(engines)("an embedding with a virus scanner on $name", (engine) => {
  it("the hook onReady runs after the virus scan, even after the end of the request", async () => {
    const clamd = await startStandIn({ streamMaxBytes: 1_000 });
    onTestFinished(clamd.stop);
    const ready = Promise.withResolvers<Parameters<Hook>>();
    const rejected = Promise.withResolvers<Parameters<Hook>>();
    let isAllowed = true;
    const invoice = {
      may: (...question: Parameters<typeof mayInvoice>) => isAllowed && mayInvoice(...question),
      onReady: (...args: Parameters<Hook>) => ready.resolve(args),
      onRejected: (...args: Parameters<Hook>) => rejected.resolve(args),
    };
    const { host, port } = clamd;
    const { as } = await open(await createPlace(engine), { scanner: { host, port }, resources: { invoice } });
    const clean = await as("ann").upload("/invoice/42");
    const infected = await as("ann").upload("/invoice/42", { text: EICAR, filename: "infected.txt" });
    for (const { status, body } of [clean, infected]) {
      expect([status, body.state]).toEqual([200, "scanning"]);
    }
    // The request that completed the upload has already called `may`. If the user then loses the right to add files, the file stays.
    isAllowed = false;
    expect(await ready.promise).toMatchObject([{ id: clean.body.id, state: "ready" }, "42", { attempt: 1 }]);
    expect(await rejected.promise).toMatchObject([
      { id: infected.body.id, state: "rejected", reason: expect.stringContaining("is infected") },
      "42",
      { attempt: 1 },
    ]);
  });

  it("the virus scan also covers the files that the application attaches and adopts", async () => {
    const clamd = await startStandIn({ streamMaxBytes: 1_000 });
    onTestFinished(clamd.stop);
    const { host, port } = clamd;
    const { files, bucket } = await open(await createPlace(engine), {
      scanner: { host, port },
      adoptPrefixes: ["legacy/"],
      background: false,
    });
    const calls = files.asApplication;
    const clean = await calls.attach(invoice42, { filename: "clean.txt", body: Buffer.from("clean") });
    const infected = await calls.attach(invoice42, { filename: "infected.txt", body: Buffer.from(EICAR) });
    await bucket.s3.send(new PutObjectCommand({ Bucket: "files", Key: "legacy/old.txt", Body: "old" }));
    const adopted = await calls.adopt(invoice42, { key: "legacy/old.txt", contentType: "text/plain", copy: true });
    expect([clean, infected, adopted].map(({ state }) => state)).toEqual(["scanning", "scanning", "scanning"]);
    await files.tick();
    const states = (await calls.list(invoice42)).files.map(({ filename, state }) => [filename, state]);
    expect(states).toEqual([
      ["clean.txt", "ready"],
      ["infected.txt", "rejected"],
      ["old.txt", "ready"],
    ]);
  });
});
