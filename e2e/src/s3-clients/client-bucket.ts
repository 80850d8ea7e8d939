import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startS3Local } from "@valetkey/s3-local";
import { afterAll, beforeAll } from "vitest";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY" };

/** Large enough that every client uploads several parts. */
export const LARGE = randomBytes(9 * 2 ** 20);
export const SMALL = Buffer.from("hello");

/** Starts a built-in bucket with the name `files`, and a home folder for the client with the files `tree/large` and `tree/sub/ä +%.txt`. */
export function useClientBucket() {
  let bucket: Awaited<ReturnType<typeof startS3Local>>;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "valetkey-s3-client-"));
    await mkdir(join(home, "tree/sub"), { recursive: true });
    await writeFile(join(home, "tree/large"), LARGE);
    await writeFile(join(home, "tree/sub/ä +%.txt"), SMALL);
    // By default, older clients presign with signature version 2, which Amazon S3 does not support.
    await mkdir(join(home, ".aws"));
    await writeFile(join(home, ".aws/config"), "[default]\ns3 =\n  signature_version = s3v4\n");
    bucket = await startS3Local({ dataDir: join(home, "data"), credentials, buckets: ["files"] });
  });
  afterAll(async () => {
    await bucket.close();
    await rm(home, { recursive: true, force: true });
  });
  return {
    credentials,
    endpoint: () => bucket.endpoint,
    home: () => home,
    /** Runs a command in the home folder, and returns its output. Rejects with the output if the exit code of the command is not 0. */
    async run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
      const { stdout, stderr } = await promisify(execFile)(command, args, {
        cwd: home,
        env: {
          PATH: process.env.PATH,
          HOME: home,
          LC_ALL: "C.UTF-8",
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_DEFAULT_REGION: "us-east-1",
          AWS_ENDPOINT_URL: bucket.endpoint,
          ...env,
        },
      });
      return `${stdout}${stderr}`;
    },
  };
}
