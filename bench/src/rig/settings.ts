/** What every candidate is given: the same bucket, made-up credentials (nothing is ever sent there), the same token secret. */
export const settings = {
  bucket: "valet-key-bench-bucket",
  region: "eu-central-1",
  accessKeyId: "AKIABENCHBENCHBENCH1",
  secretAccessKey: "b3nchM4rkOnlyN0tAKeyOfAnyAccount00000000",
  // The service refuses weak ones, so it looks like a real one; it protects nothing but the benchmark's own servers.
  jwtSecret: "Jw7Qk2vT9xLr4BnY6mPz8HcD3fGs5VaE1uW0",
  authSecret: "Rt5Xn8bKq2WjM7vLz4CyP9sGd6HfT3aE0uQ1",
  /** Those of `npm start`. */
  nodeFlags: ["--max-semi-space-size=16"],
  expiresInSeconds: 60,
  /** The name that the service gives its database in DATA_DIR. */
  sqliteFile: "valetkey.db",
} as const;
