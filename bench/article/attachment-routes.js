import { randomUUID } from "node:crypto";
import { Router } from "express";
import multer from "multer";
import { pool } from "./db.js";
import { generatePresignedUrl, uploadFile } from "./s3.js";

const upload = multer({ storage: multer.memoryStorage() });

export const attachmentRoutes = Router();

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

    // This is a bug of the article: it accepts any share of this user. It is not fixed, because the benchmark measures this query.
    const shares = await pool.query("SELECT * FROM shares WHERE user_id = $1 LIMIT 1", [req.user.sub]);
    const isShared = shares.rows.length > 0;

    if (!isOwner && !isShared) return res.status(403).json({ message: "Access denied" });

    const fileUrl = await generatePresignedUrl(attachment.file_url);
    res.json({ fileUrl });
  } catch (error) {
    next(error);
  }
});
