import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEmbedded } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { startDistribution } from "../../../packages/server/src/platform/bucket/testing/distribution.ts";
import { type Api, apiAs } from "../testing/api.ts";
import { durableFolder } from "../testing/durable-folder.ts";
import { endOfCli, makePlace, startProcess } from "../testing/service.ts";

const ADMIN = { email: "root@example.com", password: "correct horse battery" };

/** Starts a service, by default with the embedded database and bucket. Returns an API client of an administrator. */
async function startWithAdministrator(
  env: Record<string, string> = {},
): Promise<{ admin: Api; stop(): Promise<void> }> {
  const place = await makePlace(env, { parent: durableFolder() });
  const added = ["user", "add", "--admin", "--email", ADMIN.email, "--password", ADMIN.password];
  await endOfCli(place, added);
  const { stdout } = await endOfCli(place, ["token", "create", "--email", ADMIN.email, "--label", "doctor"]);
  const service = await startProcess(place);
  // An IPv4 address, because only IPv4 addresses can be part of a CloudFront URL.
  const url = service.url.replace("localhost", "127.0.0.1");
  return {
    admin: await apiAs(url, { token: stdout.match(/vk_\S+/)?.[0] ?? "" }),
    async stop() {
      await service.stop();
      await place.remove();
    },
  };
}

describe("the doctor of a running service", () => {
  let embedded: Awaited<ReturnType<typeof startWithAdministrator>>;
  beforeAll(async () => {
    embedded = await startWithAdministrator();
  });
  afterAll(() => embedded.stop());

  it("two simultaneous requests for the doctor's report share one run of the doctor", async () => {
    const { admin } = embedded;
    const [first, second] = await Promise.all([admin.call("GET", "/admin/doctor"), admin.call("GET", "/admin/doctor")]);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ worst: "healthy", provider: "embedded", findings: [], unchecked: [] });
    expect(first.body.checked).toContain("PUBLIC_URL and its proxy");
    expect(second.body.ranAt).toBe(first.body.ranAt);
  });

  it("GET /admin/doctor reports a misspelt setting, as the doctor command does", async () => {
    const { admin, stop } = await startWithAdministrator({ S3_BUCKET: "files" });
    onTestFinished(stop);
    const { worst, findings } = (await admin.call("GET", "/admin/doctor")).body;
    const detail = "S3_BUCKET is set but not read here: did you mean AWS_BUCKET_NAME?";
    expect({ worst, findings }).toMatchObject({ worst: "warning", findings: [{ id: "config-doubtful", detail }] });
  });

  it("GET /admin/doctor returns URLs of a test object for the browser checks", async () => {
    const { admin } = embedded;
    const { browser } = (await admin.call("GET", "/admin/doctor")).body;
    const stored = await fetch(browser.put.url, { method: "PUT", headers: browser.put.headers, body: "valetkey" });
    expect(stored.status).toBe(200);
    expect(await (await fetch(browser.getUrl)).text()).toBe("valetkey");
  });

  it("GET /admin/doctor signs CloudFront URLs with the IP address of the administrator", async () => {
    const bucket = await startEmbedded();
    onTestFinished(() => bucket.stop());
    const distribution = await startDistribution(bucket);
    onTestFinished(() => distribution.stop());
    const { admin, stop } = await startWithAdministrator({
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
      AWS_BUCKET_NAME: bucket.bucket,
      AWS_REGION: bucket.region,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      S3_ENDPOINT: bucket.endpoint,
      CLOUDFRONT_DOMAIN: distribution.target.distribution,
      CLOUDFRONT_KEY_PAIR_ID: distribution.target.keyPairId,
      CLOUDFRONT_PRIVATE_KEY: distribution.target.privateKey,
      CLOUDFRONT_BIND_IP: "true",
    });
    onTestFinished(stop);
    const { status, body } = await admin.call("GET", "/admin/doctor");
    expect(status).toBe(200);
    await fetch(body.browser.put.url, { method: "PUT", headers: body.browser.put.headers, body: "valetkey" });
    expect(await (await fetch(body.browser.getUrl)).text()).toBe("valetkey");
  });
});
