export * from "./activity.ts";
export * from "./attachments.ts";
export * from "./common.ts";
export * from "./notes.ts";
export * from "./problems.ts";
export * from "./shares.ts";
export * from "./tokens.ts";
export * from "./uploads.ts";
