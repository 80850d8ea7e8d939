import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { openFiles } from "./files.mjs";

const files = await openFiles();
const app = new Hono();
app.all("/files/*", (context) => files.fetch(context.req.raw));
serve({ fetch: app.fetch, port: Number(process.env.PORT) });
