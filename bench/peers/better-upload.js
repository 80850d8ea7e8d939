// This server runs better-upload with its Node handler on plain node:http. The documentation of better-upload uses Express and Fastify,
// which cost more CPU time. onBeforeUpload checks the token, as the documentation shows.
import { createServer } from "node:http";
import { RejectUpload, route } from "@better-upload/server";
import { toNodeHandler } from "@better-upload/server/adapters/node";
import { aws } from "@better-upload/server/clients";
import { presignGetObject } from "@better-upload/server/helpers";
import {
  accessKeyId,
  bucket,
  expiresInSeconds,
  isAuthenticated,
  maxFileBytes,
  port,
  region,
  respond,
  secretAccessKey,
} from "./settings.js";

const client = aws({ accessKeyId, secretAccessKey, region });

const handleUpload = toNodeHandler({
  client,
  bucketName: bucket,
  routes: {
    files: route({
      maxFileSize: maxFileBytes,
      onBeforeUpload({ req }) {
        if (!isAuthenticated(req.headers.get("authorization"))) throw new RejectUpload("Not logged in");
      },
    }),
  },
});

// better-upload can sign download URLs, but has no route for download URLs. Each application writes its own download route, and decides who
// has access.
async function download(request, response, key) {
  if (!isAuthenticated(request.headers.authorization)) return respond(response, 401, { message: "Unauthorized" });
  const fileUrl = await presignGetObject(client, { bucket, key, expiresIn: expiresInSeconds });
  respond(response, 200, { fileUrl });
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/api/upload") handleUpload(request, response);
  else if (pathname === "/files") download(request, response, searchParams.get("key"));
  else respond(response, 404, { message: "Not found" });
});
server.listen(port, "127.0.0.1");
process.once("SIGTERM", () => server.close(() => process.exit(0)));
