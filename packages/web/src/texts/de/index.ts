export { app, common } from "./app.ts";
export { attachments } from "./attachments.ts";
export { notes } from "./notes.ts";
export { problems } from "./problems.ts";
export { sharing } from "./sharing.ts";
