// pushduck with its Fastify adapter. Its other adapter for Node servers is for Express. Authentication is in a middleware of the route,
// as its documentation shows. A refused file is 200 with `success: false`.
import Fastify from "fastify";
import { toFastifyHandler } from "pushduck/adapters";
import { createUploadConfig } from "pushduck/server";
import { accessKeyId, bucket, expiresInSeconds, port, region, secretAccessKey } from "./settings.js";
import { isAuthenticated } from "./tokens.js";

const { s3, storage } = createUploadConfig()
  .provider("aws", { accessKeyId, secretAccessKey, region, bucket, acl: "private" })
  .build();

const router = s3.createRouter({
  files: s3
    .file()
    .maxFileSize("5GB")
    .middleware(({ req }) => {
      if (!isAuthenticated(req.headers.get("authorization"))) throw new Error("Unauthorized");
      return {};
    }),
});

const app = Fastify();
app.all("/api/upload", toFastifyHandler(router.handlers));
// The library has a method for download URLs, but no route for them. Each application writes the route and its access decision.
app.get("/files", async (request, reply) => {
  if (!isAuthenticated(request.headers.authorization)) return reply.code(401).send({ message: "Unauthorized" });
  return { fileUrl: await storage.download.presignedUrl(request.query.key, expiresInSeconds) };
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
process.once("SIGTERM", () => app.close().then(() => process.exit(0)));
