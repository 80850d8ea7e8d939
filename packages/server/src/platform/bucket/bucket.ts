import type { Credentials } from "@valetkey/presign";
import type { Clock } from "../clock.ts";
import { createClient, type Timeouts } from "./client.ts";
import { type CredentialProvider, createCredentialSource, sdkProviderChain } from "./credentials.ts";
import { createDeletion, createListing } from "./list-and-delete.ts";
import { createBrowserMultipart, createCopy, createDiscardParts } from "./multipart.ts";
import { createIsOwnKey, createNewObjectKey, createObjectKeyOf } from "./object-keys.ts";
import type { Bucket } from "./port.ts";
import { createReading } from "./reading.ts";
import type { CloudFrontTarget } from "./signing.ts";
import { createSigning } from "./signing.ts";
import { createStore, type PartBufferLimits } from "./store.ts";
import { createTryCapabilities } from "./try-capabilities.ts";

export type BucketOptions = {
  name: string;
  region: string;
  /** The endpoint that the service calls. Default: AWS. */
  endpoint?: string | undefined;
  /** The endpoint for browsers, which presigned URLs contain. Default: `endpoint`. */
  publicEndpoint?: string | undefined;
  /** Whether URLs have the name of the bucket in the path, and not in the host name. Default: false. */
  forcePathStyle?: boolean | undefined;
  /** The CloudFront distribution that serves downloads. Default: the bucket serves them. */
  cloudFront?: CloudFrontTarget | undefined;
  /** The prefix is empty, or ends with a slash. Default: empty. */
  keyPrefix?: string | undefined;
  /**
   * Static credentials, or a provider. The service calls the provider again before its credentials expire. Default: the provider chain of
   * the AWS SDK.
   */
  credentials?: Credentials | CredentialProvider | undefined;
  clock: Clock;
  random: (bytes: number) => Uint8Array;
  /** Called with warnings for the operator, which contain no secrets. Default: ignored. */
  onWarning?: ((text: string) => void) | undefined;
  timeouts?: Partial<Timeouts> | undefined;
  /** The maximum memory for all calls of `store` together, and the maximum time that a call waits for memory. */
  partBuffers?: Partial<PartBufferLimits> | undefined;
};

const TIMEOUTS: Timeouts = { connectMs: 2_000, callMs: 4_500, idleMs: 20_000 };

/**
 * Creates the adapter for a bucket on AWS or any other S3 server. The adapter connects at the first call. Throws PresignError for an
 * invalid name or endpoint.
 */
export function createBucket(options: BucketOptions): Bucket {
  const { name, region, endpoint, forcePathStyle = false, clock, onWarning = () => undefined } = options;
  const publicEndpoint = options.publicEndpoint ?? endpoint;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const source = options.credentials ?? sdkProviderChain(region);
  const credentials = createCredentialSource(source, { clock, timeoutMs: timeouts.callMs });
  const client = createClient({ bucket: name, region, endpoint, forcePathStyle, credentials, clock, timeouts });
  const target = { bucket: name, region, endpoint: publicEndpoint, forcePathStyle };
  const objects = createReading(client);
  const remove = createDeletion(client, onWarning);
  const parts = createBrowserMultipart(client);
  const copy = createCopy(client);
  const endpoints = [...new Set([publicEndpoint, endpoint])].filter((url) => url !== undefined);
  return {
    newObjectKey: createNewObjectKey({ keyPrefix: options.keyPrefix ?? "", clock, random: options.random }),
    objectKeyOf: createObjectKeyOf({ bucket: name, endpoints }),
    ...createSigning({ target, credentials, onWarning, cloudFront: options.cloudFront }),
    ...objects,
    ...parts,
    store: createStore({
      client,
      computeChecksum: objects.computeChecksum,
      remove,
      onWarning,
      partBuffers: options.partBuffers,
    }),
    copy,
    delete: remove,
    ...createListing(client, { keyPrefix: options.keyPrefix ?? "" }),
    isOwnKey: createIsOwnKey({ keyPrefix: options.keyPrefix ?? "" }),
    discardParts: createDiscardParts(client, { keyPrefix: options.keyPrefix ?? "" }),
    tryCapabilities: createTryCapabilities({
      client,
      credentials,
      clock,
      timeoutMs: timeouts.callMs,
      target: { ...target, endpoint },
      calls: { ...objects, ...parts, copy },
    }),
    close: () => client.s3.destroy(),
  };
}
