import type { CorsRule } from "./store/buckets.ts";

/** The CORS configuration that new buckets get. With the defaults, a page can upload and download files. */
export type InitialCors = {
  allowedOrigins: string[];
  allowedMethods?: string[];
  allowedHeaders?: string[];
  exposeHeaders?: string[];
  maxAgeSeconds?: number;
};

/** Makes the CORS rule for a new bucket from the given fields, with defaults for the other fields. */
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
