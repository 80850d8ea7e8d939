import { setImmediate } from "node:timers/promises";
import { createCloudFrontSigner } from "@valetkey/presign/cloudfront";
import { overridesOf } from "./download-overrides.ts";
import type { Bucket } from "./port.ts";

export type Downloads = Pick<Bucket, "downloadOrigin" | "presignGet">;

/** A CloudFront distribution in front of the bucket. */
export type CloudFrontTarget = {
  /** The URL of the distribution, without a path. */
  distribution: string;
  keyPairId: string;
  /** The private key as PEM. */
  privateKey: string;
  hash: "sha1" | "sha256";
  /** Whether each URL works only for the IP address that requested it. */
  bindsIp: boolean;
};

/** Signs download URLs for a distribution. The signatures do not depend on the credentials of the bucket. */
export function createCloudFrontDownloads({ bindsIp, ...target }: CloudFrontTarget): Downloads {
  const signer = createCloudFrontSigner(target);
  return {
    downloadOrigin: signer.origin,
    async presignGet(options) {
      const { now, expiresInSeconds, cacheWindowSeconds, clientIp } = options;
      if (bindsIp && clientIp === undefined)
        throw new Error("A URL would be signed without the IP address of its client");
      // An RSA signature blocks the event loop for a third of a millisecond. So a pause lets other requests run between two signatures of a
      // batch.
      await setImmediate();
      const ipAddress = bindsIp ? clientIp : undefined;
      const signing = { now, expiresInSeconds, cacheWindowSeconds, ipAddress };
      const { url, expiresAt } = signer.presignGet({ ...overridesOf(options), ...signing });
      return { url, expiresAt };
    },
  };
}
