import { PutBucketCorsCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import { browserFaults } from "./faults/transfer-faults.ts";
import { examine, openStage } from "./stage.ts";

const corsOnly = browserFaults.filter(({ id, setup }) => id.startsWith("cors-") && setup === "s3-local");

describe("the CORS configuration that the doctor prints", () => {
  it.each(corsOnly.map((fault) => ({ ...fault })))(
    "the CORS configuration that the doctor prints repairs a bucket ($fault)",
    async ({ arrange }) => {
      const stage = await openStage();
      onTestFinished(stage.close);
      const env = await arrange(stage);
      const text = (await examine(env)).findings[0]?.fix.find(({ label }) => label.includes("JSON"))?.text ?? "";
      const {
        AWS_ACCESS_KEY_ID: accessKeyId = "",
        AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
        S3_ENDPOINT: endpoint = "",
      } = env;
      const s3 = new S3Client({
        endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
      });
      onTestFinished(() => s3.destroy());
      await s3.send(new PutBucketCorsCommand({ Bucket: "files", CORSConfiguration: { CORSRules: JSON.parse(text) } }));
      expect((await examine(env)).findings).toEqual([]);
    },
  );
});
