import { openFiles } from "./files.mjs";

const files = await openFiles();
Bun.serve({ port: process.env.PORT, fetch: files.fetch });
