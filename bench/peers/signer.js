// This server only checks the token and signs, on plain node:http and with the signer of Valet Key. No embedding can be faster.
import { createServer } from "node:http";
import { createPresigner } from "@valetkey/presign";
import {
  accessKeyId,
  bucket,
  expiresInSeconds,
  isAuthenticated,
  port,
  region,
  respond,
  secretAccessKey,
} from "./settings.js";

const credentials = { accessKeyId, secretAccessKey };
const presigner = createPresigner({ bucket, region });

async function sign(request) {
  const signing = { credentials, now: Date.now(), expiresInSeconds };
  if (request.method === "GET") {
    const key = new URL(request.url, "http://localhost").searchParams.get("key");
    return presigner.presignGet({ ...signing, key });
  }
  let text = "";
  for await (const chunk of request) text += chunk;
  const { sizeBytes, contentType } = JSON.parse(text);
  const headers = { "content-type": contentType, "content-length": String(sizeBytes) };
  return presigner.presignPut({ ...signing, key: crypto.randomUUID(), headers });
}

const server = createServer(async (request, response) => {
  if (!isAuthenticated(request.headers.authorization)) return respond(response, 401, { message: "Unauthorized" });
  const { url, headers } = await sign(request);
  respond(response, 200, { fileUrl: url, headers });
});
server.listen(port, "127.0.0.1");
process.once("SIGTERM", () => server.close(() => process.exit(0)));
