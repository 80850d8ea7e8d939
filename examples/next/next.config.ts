import type { NextConfig } from "next";

// Node loads these packages itself, as Next.js does with database drivers.
const config: NextConfig = { serverExternalPackages: ["@valetkey/server", "@valetkey/s3-local"] };
export default config;
