export * from "@valetkey/client";
export * from "../index.ts";
// The client also exports a type named `Preview`, so this component needs an explicit export.
export { Preview } from "../index.ts";
