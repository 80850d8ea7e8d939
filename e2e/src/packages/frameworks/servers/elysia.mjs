import { Elysia } from "elysia";
import { openFiles } from "./files.mjs";

const files = await openFiles();
new Elysia().all("/files/*", ({ request }) => files.fetch(request), { parse: "none" }).listen(process.env.PORT);
