import { objectDeletionQueries } from "../features/storage/queries.ts";
import { createEchoProof } from "../operations/doctor/echo.ts";
import type { Report } from "../operations/doctor/finding.ts";
import type { Doctor } from "../operations/doctor/routes.ts";
import type { LoadedConfig } from "../platform/config/index.ts";
import type { Core } from "./core.ts";

type DoctorReport = Awaited<ReturnType<Doctor["examine"]>>;

/** The minimum time between two runs of the doctor, in milliseconds, because a run sends about 60 requests to the bucket. */
const RUN_EVERY_MS = 10_000;
const TEST_BODY_BYTES = 8;
const TEST_URL_SECONDS = 60;
/** After this time, no presigned URL can still write the browser's test object. The doctor then deletes the object. In milliseconds. */
const DELETE_AFTER_MS = 600_000;

/** Creates the doctor of a running service. Calls during a run, or within `RUN_EVERY_MS` after it, share the result of this run. */
export function createDoctor(core: Pick<Core, "db" | "bucket">, { config, warnings }: LoadedConfig): Doctor {
  const { prove } = createEchoProof({ secret: config.auth.secret, clock: Date.now });
  let last: { at: number; report: Promise<Report> } | undefined;
  let isRunning = false;

  async function run(): Promise<Report> {
    isRunning = true;
    try {
      // The import is dynamic, because the checks load the AWS SDK.
      const { runDoctor } = await import("./doctor.ts");
      return await runDoctor(config, { warnings });
    } finally {
      isRunning = false;
    }
  }

  return {
    prove,
    async examine({ clientIp }) {
      if (last === undefined || (!isRunning && Date.now() - last.at >= RUN_EVERY_MS)) {
        last = { at: Date.now(), report: run() };
      }
      const report = await last.report;
      return { ...report, browser: await signTestUrls(core, clientIp) };
    },
  };
}

/** Signs URLs of a test object for the checks in the browser, and queues the deletion of this object. */
async function signTestUrls(
  { db, bucket }: Pick<Core, "db" | "bucket">,
  clientIp: string | undefined,
): Promise<DoctorReport["browser"]> {
  const now = Date.now();
  const objectKey = bucket.newObjectKey();
  await objectDeletionQueries(db).put({ objectKey, notBefore: now + DELETE_AFTER_MS });
  const common = { objectKey, expiresInSeconds: TEST_URL_SECONDS, now };
  const put = await bucket.presignPut({
    ...common,
    contentType: "text/plain",
    sizeBytes: TEST_BODY_BYTES,
    checksum: undefined,
    onlyOnce: false,
  });
  const get = await bucket.presignGet({
    ...common,
    filename: "test.txt",
    contentType: "text/plain",
    disposition: "inline",
    clientIp,
  });
  return { put: { url: put.url, headers: put.headers }, getUrl: get.url };
}
