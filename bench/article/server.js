// This server has the design of the article: Express, one JWT middleware, three queries and getSignedUrl. The server is only the baseline
// of the benchmark. SECURITY.md and docs/from-the-article.md describe the faults of this design.
import { randomUUID } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import express, { Router } from "express";
import jwt from "jsonwebtoken";
import multer from "multer";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const bucket = process.env.AWS_BUCKET_NAME;
const region = process.env.AWS_REGION;

const s3 = new S3Client({
  region,
  credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY },
});

async function uploadFile(key, file) {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: file.buffer, ContentType: file.mimetype }));
  return `https://${bucket}.s3.${region}.amazonaws.com/${key}`;
}

function generatePresignedUrl(fileUrl) {
  const key = fileUrl.split(".com/")[1];
  return getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 60 });
}

function authenticate(req, res, next) {
  const header = req.headers.authorization;
  if (!header?.startsWith("Bearer ")) return res.status(401).json({ message: "Unauthorized" });
  try {
    req.user = jwt.verify(header.split(" ")[1], process.env.JWT_SECRET);
  } catch {
    return res.status(401).json({ message: "Invalid token" });
  }
  next();
}

const upload = multer({ storage: multer.memoryStorage() });

const attachmentRoutes = Router();

attachmentRoutes.post("/notes/:noteId/attachments", upload.single("file"), async (req, res, next) => {
  try {
    const { rows } = await pool.query("SELECT * FROM notes WHERE id = $1", [req.params.noteId]);
    if (rows.length === 0) return res.status(404).json({ message: "Note not found" });
    if (rows[0].user_id !== req.user.sub) return res.status(403).json({ message: "Access denied" });
    const fileUrl = await uploadFile(`${Date.now()}-${req.file.originalname}`, req.file);
    const inserted = await pool.query(
      "INSERT INTO attachments (id, note_id, file_name, file_url) VALUES ($1, $2, $3, $4) RETURNING *",
      [randomUUID(), req.params.noteId, req.file.originalname, fileUrl],
    );
    res.status(201).json(inserted.rows[0]);
  } catch (error) {
    next(error);
  }
});

attachmentRoutes.get("/attachments/:attachmentId/url", async (req, res, next) => {
  try {
    const attachments = await pool.query("SELECT * FROM attachments WHERE id = $1", [req.params.attachmentId]);
    const attachment = attachments.rows[0];
    if (!attachment) return res.status(404).json({ message: "Attachment not found" });

    const notes = await pool.query("SELECT * FROM notes WHERE id = $1", [attachment.note_id]);
    const isOwner = notes.rows[0]?.user_id === req.user.sub;

    // This query of the article has a bug: the query accepts any share of the user, even a share of another file. The bug remains, because
    // the benchmark measures the query of the article.
    const shares = await pool.query("SELECT * FROM shares WHERE user_id = $1 LIMIT 1", [req.user.sub]);
    const isShared = shares.rows.length > 0;

    if (!isOwner && !isShared) return res.status(403).json({ message: "Access denied" });

    const fileUrl = await generatePresignedUrl(attachment.file_url);
    res.json({ fileUrl });
  } catch (error) {
    next(error);
  }
});

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
