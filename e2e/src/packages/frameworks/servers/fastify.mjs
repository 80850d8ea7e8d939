import fastify from "fastify";
import { openFiles } from "./files.mjs";

const files = await openFiles();
const app = fastify();
app.register(files.fastify);
await app.listen({ port: process.env.PORT });
