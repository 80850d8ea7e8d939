// The design that this project started from: Express, one JWT middleware, three queries, getSignedUrl.
// This code is only the baseline of the benchmark. SECURITY.md and docs/from-the-article.md describe its faults.
import express from "express";
import { attachmentRoutes } from "./attachment-routes.js";
import { authenticate } from "./authenticate.js";

const app = express();
app.use(express.json());
app.use(authenticate);
app.use(attachmentRoutes);
app.use((error, _req, res, _next) => {
  console.error(error);
  res.status(500).json({ message: "Something went wrong" });
});

const server = app.listen(process.env.PORT, "127.0.0.1");
process.once("SIGTERM", () => server.close(() => process.exit(0)));
