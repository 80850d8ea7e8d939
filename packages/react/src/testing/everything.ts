export * from "@valetkey/client";
export * from "../index.ts";
// The client has a type with this name.
export { Preview } from "../index.ts";
