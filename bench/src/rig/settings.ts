/** The settings of every candidate. The credentials are invented, and belong to no AWS account. */
export const settings = {
  bucket: "valet-key-bench-bucket",
  region: "eu-central-1",
  accessKeyId: "AKIABENCHBENCHBENCH1",
  secretAccessKey: "b3nchM4rkOnlyN0tAKeyOfAnyAccount00000000",
  // The service refuses weak secrets, so these two secrets look real. The secrets protect only the servers of the benchmark.
  jwtSecret: "Jw7Qk2vT9xLr4BnY6mPz8HcD3fGs5VaE1uW0",
  authSecret: "Rt5Xn8bKq2WjM7vLz4CyP9sGd6HfT3aE0uQ1",
  // The first flag is a flag of `npm start`. The command `valetkey` sets the second flag itself (ADR 3).
  nodeFlags: ["--max-semi-space-size=16", "--no-allocation-site-pretenuring"],
  expiresInSeconds: 60,
  sqliteFile: "valetkey.db",
} as const;
