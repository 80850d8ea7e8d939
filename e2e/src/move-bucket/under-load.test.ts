import { describe, it, onTestFinished } from "vitest";
import { startEmbedded } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { useDatabases } from "../testing/databases.ts";
import { startCeph, startSwift } from "../testing/s3-servers/providers.ts";
import { type Hop, moveUnderLoad } from "./under-load.ts";

/**
 * The names of the buckets, in the order of the moves. For example, MOVE_CHAIN=built-in,ceph-rgw,swift,built-in moves all files three
 * times.
 */
const CHAIN = (process.env.MOVE_CHAIN ?? "built-in,other").split(",");
const NUMBERS = ["built-in", "other", "ceph-rgw", "swift"];

async function hopTo(name: string): Promise<Hop> {
  const number = NUMBERS.indexOf(name) + 1;
  if (name === "built-in") return { name, number, server: undefined };
  if (name === "other") {
    const server = await startEmbedded();
    onTestFinished(() => server.stop());
    return { name, number, server };
  }
  const provider = await (name === "swift" ? startSwift() : startCeph());
  onTestFinished(() => provider.stop());
  return { name, number, server: await provider.newBucket() };
}

describe.each(useDatabases())("valetkey move bucket under load, on $name", ({ makeEnv }) => {
  const title = `a bucket move that is killed loses no file, and no request fails (${CHAIN.join(" -> ")})`;
  it(title, { timeout: 7_200_000 }, async () => {
    const chain: Hop[] = [];
    for (const name of CHAIN) chain.push(await hopTo(name));
    await moveUnderLoad(await makeEnv(), chain);
  });
});
