import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { openFiles } from "./files.mjs";

class AppModule {}
Module({})(AppModule);

const files = await openFiles();
const app = await NestFactory.create(AppModule, { logger: ["error"] });
app.use("/files", files.node);
await app.listen(process.env.PORT);
