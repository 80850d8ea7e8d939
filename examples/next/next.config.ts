import type { NextConfig } from "next";

// Next.js does not bundle these two packages, so Node.js loads the packages from node_modules, like database drivers.
const config: NextConfig = { serverExternalPackages: ["@valetkey/server", "@valetkey/s3-local"] };
export default config;
