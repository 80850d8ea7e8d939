import type { NextConfig } from "next";

// Next.js does not bundle these packages. Node loads them from node_modules, like database drivers.
const config: NextConfig = { serverExternalPackages: ["@valetkey/server", "@valetkey/s3-local"] };
export default config;
