import { createServer } from "node:http";
import { openFiles } from "./files.mjs";

const files = await openFiles();
const server = createServer((request, response) => files.node(request, response));
server.listen(process.env.PORT);
