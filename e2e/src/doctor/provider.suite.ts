import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BucketServer } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import type { RunningProvider } from "../testing/s3-servers/providers.ts";
import type { DoctorOn, ProviderFault } from "./provider-faults.ts";
import { type Env, examine, openStage } from "./stage.ts";

/** Tests the doctor on one S3 server: with a healthy bucket, and with each fault. */
export function doctorSuite(
  name: string,
  running: () => RunningProvider,
  { provider, differences, setUp, faults }: DoctorOn,
): void {
  describe(`the doctor on ${name}`, () => {
    async function examineAfter({ change, settings }: Pick<ProviderFault, "change" | "settings">) {
      const server = await running().newBucket();
      const s3 = new S3Client(server);
      const stage = await openStage();
      onTestFinished(async () => {
        s3.destroy();
        await stage.close();
      });
      await setUp(server, s3, running());
      await change?.(server, s3, running());
      const env = { ...stage.env, ...settingsOf(server), ...settings };
      return { server, s3, env, report: await examine(env) };
    }

    it(`the doctor finds only the documented differences of the S3 server ${name}`, async () => {
      const { report } = await examineAfter({});
      expect(report.ids).toEqual(differences);
      expect(report.provider).toBe(provider);
    });

    for (const made of faults) {
      const { fault, id, also = [], cure } = made;
      it(`the doctor finds on the S3 server ${name} that ${fault}`, async () => {
        const { report, server, s3, env } = await examineAfter(made);
        const found = report.findings.find((finding) => finding.id === id);
        console.log(`| ${fault} | ${name} | ${id} | ${found === undefined ? "no" : "yes"} | ${found?.fix[0]?.label} |`);
        expect(report.ids).toEqual([...differences, id, ...also].toSorted());
        if (cure === undefined) return;
        await cure(server, s3, found?.fix ?? []);
        expect((await examine(env)).ids).toEqual(differences);
      });
    }
  });
}

function settingsOf({ endpoint, region, bucket, credentials }: BucketServer): Env {
  return {
    S3_ENDPOINT: endpoint,
    AWS_REGION: region,
    AWS_BUCKET_NAME: bucket,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
