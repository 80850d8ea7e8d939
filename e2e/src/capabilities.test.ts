import { describe, expect, it } from "vitest";
import { freePort } from "./testing/free-port.ts";
import { makePlace, runCli, startProcess } from "./testing/service.ts";

const LINE =
  "bucket: conditional PUT yes, conditional completion yes, parts end with their upload yes, signed length yes, signed type yes, stored type yes, signed SHA-256 yes, unsigned headers refused yes, copy yes";

describe("the capabilities of the bucket", () => {
  it("the service logs at startup which S3 features the bucket supports", async () => {
    const place = await makePlace({ S3_LOCAL_PORT: String(await freePort("127.0.0.1")) });
    const service = await startProcess(place);
    expect(service.output()).toContain(LINE);
    expect((await runCli(place, ["bucket"])).stdout).toBe(`${LINE}\n`);
    await service.stop();
    await place.remove();
  });

  it("the service starts while the bucket is unavailable", async () => {
    const place = await makePlace({
      AWS_BUCKET_NAME: "files",
      S3_ENDPOINT: `http://127.0.0.1:${await freePort("127.0.0.1")}`,
      AWS_ACCESS_KEY_ID: "VKTESTTESTTESTTEST00",
      AWS_SECRET_ACCESS_KEY: "4d2f6b9c1e8a7035d4c2b1a09f8e7d6c",
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    });
    const service = await startProcess(place);
    expect(service.output()).toContain(
      "bucket: capabilities unknown, so uploads are staged and copied; it is probed again",
    );
    await service.stop();
    await place.remove();
  });
});
