import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { type Client, startService, type TestService } from "../../../testing/service.ts";

const [engine] = engines as [(typeof engines)[number]];

describe("GET /s3/params", () => {
  let service: TestService;
  let ann: Client;
  beforeAll(async () => {
    service = await startService({ engine });
    ann = await service.as("ann");
  });
  afterAll(() => service.close());

  it("GET /s3/params returns 400 and names the option for multipart Uppy uploads", async () => {
    const query = new URLSearchParams({ filename: "a.txt", type: "text/plain", "metadata[name]": "a.txt" });
    const { status, body } = await ann.send(`GET /s3/params?${query}`);
    expect(status).toBe(400);
    expect(body.code).toBe("invalid_request");
    expect(body.detail).toContain("shouldUseMultipart: true");
  });

  it("GET /s3/params returns 401 without a signed-in user", async () => {
    expect((await service.anonymous.send("GET /s3/params")).status).toBe(401);
  });
});
