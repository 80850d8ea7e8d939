import type { CorsRule } from "./store/buckets.ts";

/** The first CORS configuration of new buckets. The defaults suit uploads and downloads. */
export type InitialCors = {
  allowedOrigins: string[];
  allowedMethods?: string[];
  allowedHeaders?: string[];
  exposeHeaders?: string[];
  maxAgeSeconds?: number;
};

/** Makes the CORS rule of a new bucket: the given fields, and defaults for the others. */
export function withCorsDefaults(cors: InitialCors): CorsRule {
  return {
    allowedMethods: ["GET", "HEAD", "PUT", "POST", "DELETE"],
    allowedHeaders: ["*"],
    exposeHeaders: [
      "ETag",
      "Content-Range",
      "Accept-Ranges",
      "Content-Length",
      "x-amz-request-id",
      "x-amz-checksum-sha256",
    ],
    maxAgeSeconds: 3000,
    ...cors,
  };
}
