import express from "express";
import { openFiles } from "./files.mjs";

const files = await openFiles();
const app = express();
app.use(express.json());
app.all("/files/*path", files.node);
app.listen(process.env.PORT);
