import { openFiles } from "./files.mjs";

const files = await openFiles();
Deno.serve({ port: Number(process.env.PORT) }, files.fetch);
