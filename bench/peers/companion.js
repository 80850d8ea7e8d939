// This server runs Uppy Companion in an Express application, as the documentation of Companion shows. For a file that is not multipart,
// Companion signs a form. The S3 routes of Companion do not check who sends a request, so the application checks the token first. Companion
// signs no download URLs.
import { tmpdir } from "node:os";
import { app as createCompanion } from "@uppy/companion";
import express from "express";
import session from "express-session";
import { accessKeyId, bucket, isAuthenticated, maxFileBytes, port, region, secretAccessKey } from "./settings.js";

const secret = "b3nch-companion-secret-0123456789abcdef";

const app = express();
app.use(express.json());
// The server stores no sessions, because uploads need none. A new session for each request would only cost memory.
app.use(session({ secret, resave: false, saveUninitialized: false }));
app.use((req, res, next) =>
  isAuthenticated(req.headers.authorization) ? next() : res.status(401).json({ message: "Unauthorized" }),
);
const companion = createCompanion({
  secret,
  filePath: tmpdir(),
  server: { host: `127.0.0.1:${port}`, protocol: "http" },
  corsOrigins: ["https://app.example.com"],
  uploadUrls: ["https://app.example.com"],
  s3: {
    key: accessKeyId,
    secret: secretAccessKey,
    bucket,
    region,
    // By default, Companion does not limit the size of a file.
    conditions: [["content-length-range", 0, maxFileBytes]],
  },
});
app.use(companion.app);

const server = app.listen(port, "127.0.0.1");
process.once("SIGTERM", () => server.close(() => process.exit(0)));
