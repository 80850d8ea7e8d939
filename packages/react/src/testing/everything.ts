export * from "@valetkey/client";
export * from "../index.ts";
