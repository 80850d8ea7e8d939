// This server runs pushduck with its adapter for Fastify. The only other Node adapter of pushduck is for Express. A middleware of the route
// checks the token, as the documentation shows. When pushduck refuses a file, the response has the status 200 and `success: false`.
import Fastify from "fastify";
import { toFastifyHandler } from "pushduck/adapters";
import { createUploadConfig } from "pushduck/server";
import { accessKeyId, bucket, expiresInSeconds, isAuthenticated, port, region, secretAccessKey } from "./settings.js";

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
// pushduck can sign download URLs, but has no route for download URLs. Each application writes its own download route, and decides who has
// access.
app.get("/files", async (request, reply) => {
  if (!isAuthenticated(request.headers.authorization)) return reply.code(401).send({ message: "Unauthorized" });
  return { fileUrl: await storage.download.presignedUrl(request.query.key, expiresInSeconds) };
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
process.once("SIGTERM", () => app.close().then(() => process.exit(0)));
