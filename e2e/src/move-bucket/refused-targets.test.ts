import { expect, it, onTestFinished } from "vitest";
import { startEmbedded } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { startRewritingProxy } from "../doctor/rewriting-proxy.ts";
import { makeFixedPlace, originOf } from "./stage.ts";
import { tryMove } from "./try-move.ts";

async function nextBucket(allowedOrigins?: string[]) {
  const server = await startEmbedded(allowedOrigins === undefined ? {} : { allowedOrigins });
  onTestFinished(() => server.stop());
  return server;
}

it.each([
  { fault: "without CORS rules", origins: undefined, error: "the bucket has no CORS configuration (cors-missing)" },
  {
    fault: "with CORS rules for another origin",
    origins: ["https://elsewhere.example.com"],
    error: "the CORS configuration does not allow this service (cors-origin)",
  },
  {
    fault: "in another region",
    origins: ["http://localhost:*"],
    region: "eu-central-1",
    error: "the bucket is in another region: check NEXT_AWS_REGION",
  },
])("valetkey move bucket refuses a bucket $fault, and moves nothing", async ({ origins, region, error }) => {
  const next = await nextBucket(origins);
  const place = await makeFixedPlace({});
  const end = await tryMove(place, { ...next, region: region ?? next.region });
  expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining(error) });
  expect(end.stderr).toContain("Nothing was changed.");
  expect(end.origins).toEqual(Array(2).fill(`http://localhost:${place.env.S3_LOCAL_PORT}`));
});

it("valetkey move bucket says that it can't read the lifecycle rules of the new bucket", async () => {
  const place = await makeFixedPlace({});
  const next = await nextBucket([originOf(place)]);
  const proxy = await startRewritingProxy(next.endpoint, ({ query }) =>
    query.has("lifecycle") ? { status: 403, code: "AccessDenied" } : undefined,
  );
  onTestFinished(() => proxy.close());
  const { code, stderr } = await tryMove(place, { ...next, endpoint: proxy.url });
  expect(stderr).toContain("Not checked: lifecycle rules: the credentials lack s3:GetLifecycleConfiguration");
  expect(code).toBe(0);
});
